package dev.ingot.pipeline.event.kafka;

import dev.ingot.pipeline.DependencyFailure;
import dev.ingot.pipeline.event.EventKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/** Topics and share groups as Ingot needs them. */
final class KafkaCluster implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 15;

    private final Admin admin;
    private final KafkaNames names;
    private final KafkaSettings settings;

    KafkaCluster(Admin admin, KafkaNames names, KafkaSettings settings) {
        this.admin = admin;
        this.names = names;
        this.settings = settings;
    }

    /** Topics that are not there, sorted. */
    Set<String> missingTopics() {
        Set<String> missing = new TreeSet<>(names.all());
        missing.removeAll(await("list topics", admin.listTopics().names()));
        return missing;
    }

    /** One partition each: a share group gives a member one partition, so that more would leave workers idle. */
    void createMissingTopics() {
        List<NewTopic> topics = missingTopics().stream()
                .map(topic -> new NewTopic(topic, Optional.of(1), Optional.empty()))
                .toList();
        for (KafkaFuture<Void> created : admin.createTopics(topics).values().values()) {
            try {
                await("create topics", created);
            } catch (DependencyFailure failed) {
                if (!(failed.getCause() instanceof TopicExistsException)) {
                    throw failed;
                }
            }
        }
    }

    /** The broker's defaults lose work that was sent before the first worker came, and give up after five deliveries. */
    void configureGroup(EventKind kind) {
        Map<String, String> config = Map.of(
                "share.auto.offset.reset", "earliest",
                "share.record.lock.duration.ms", String.valueOf(settings.lock().toMillis()),
                "share.delivery.count.limit", "10");
        Set<AlterConfigOp> edits = config.entrySet().stream()
                .map(entry -> new AlterConfigOp(new ConfigEntry(entry.getKey(), entry.getValue()), OpType.SET))
                .collect(Collectors.toSet());
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, names.group(kind));
        await(
                "configure the share group " + group.name(),
                admin.incrementalAlterConfigs(Map.of(group, edits)).all());
    }

    @Override
    public void close() {
        admin.close();
    }

    private <T> T await(String what, KafkaFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw failure(what, e.getCause());
        } catch (TimeoutException e) {
            throw failure(what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(what, e);
        }
    }

    private DependencyFailure failure(String what, Throwable cause) {
        return new DependencyFailure(
                "cannot " + what + " at " + settings.bootstrapServers() + ": " + cause.getMessage(), cause);
    }
}

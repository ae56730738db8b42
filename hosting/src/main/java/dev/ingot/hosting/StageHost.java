package dev.ingot.hosting;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.event.EventPort.Subscription;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.Stage;
import dev.ingot.pipeline.work.TaskRunner;
import dev.ingot.pipeline.work.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/** Starts the work loop of every stage in this process, and stops them with it; a service's only bean may be its stage. */
@Singleton
class StageHost {
    private static final Logger LOG = Logger.getLogger(StageHost.class);

    private final List<Stage<?>> stages;
    private final ObjectStore store;
    private final EventPort events;
    private final Worker worker;
    private final Clock clock;
    private final WorkConfig work;
    private final Config config;
    private final MeterRegistry meters;
    private final List<Subscription> running = new ArrayList<>();

    StageHost(
            @All List<Stage<?>> stages,
            ObjectStore store,
            EventPort events,
            Worker worker,
            Clock clock,
            WorkConfig work,
            Config config,
            MeterRegistry meters) {
        this.stages = stages;
        this.store = store;
        this.events = events;
        this.worker = worker;
        this.clock = clock;
        this.work = work;
        this.config = config;
        this.meters = meters;
    }

    void start(@Observes StartupEvent started) {
        stages.forEach(stage -> running.add(start(stage)));
    }

    /** Work that is running is given back, for another worker or for after the restart. */
    void stop(@Observes ShutdownEvent stopped) {
        running.forEach(Subscription::close);
    }

    /** The stages that this process works for. */
    List<StageName> stages() {
        return stages.stream().map(StageHost::name).toList();
    }

    private <E extends Event.Work> Subscription start(Stage<E> stage) {
        String name = name(stage).id();
        int workers = config.getOptionalValue("ingot." + name + ".workers", Integer.class)
                .orElse(1);
        LOG.infof("stage is at work: stage=%s workers=%d", name, workers);
        MeteredStage<E> metered = new MeteredStage<>(stage, meters);
        return events.work(
                stage.takes(), workers, new TaskRunner<>(metered, store, events, worker, clock, work.attempts()));
    }

    private static StageName name(Stage<?> stage) {
        return EventKind.of(stage.takes()).flatMap(EventKind::taker).orElseThrow();
    }
}

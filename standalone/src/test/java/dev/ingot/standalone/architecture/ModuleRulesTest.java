package dev.ingot.standalone.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What each module may know of; the rules of ARCHITECTURE.md. */
class ModuleRulesTest {
    private static final String[] STAGES = {"ingest", "dequant", "merge", "validate"};
    private static JavaClasses ingot;

    @BeforeAll
    static void readClasses() {
        ingot = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.ingot");
    }

    @Test
    void checkpointReadsAndDecidesNothing() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.ingot.checkpoint..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "java.net..",
                                "org.apache.kafka..",
                                "io.minio..",
                                "io.quarkus..",
                                "dev.ingot.pipeline..",
                                "dev.ingot.arithmetic..")
                        .because(
                                "checkpoint describes what others wrote; sources and decisions belong to pipeline and the stages"));
    }

    @Test
    void arithmeticHasNeitherFilesNorThreads() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.ingot.arithmetic..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io..",
                        "java.nio.file..",
                        "java.nio.channels..",
                        "java.util.concurrent..",
                        "dev.ingot.pipeline..")
                .because("arithmetic is the reference that kernels are held against: values in, values out"));
    }

    @Test
    void pipelineKnowsNeitherStagesNorQuarkus() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.ingot.pipeline..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "io.quarkus..",
                                "jakarta.enterprise..",
                                "dev.ingot.hosting..",
                                "dev.ingot.ingest..",
                                "dev.ingot.dequant..",
                                "dev.ingot.merge..",
                                "dev.ingot.validate..",
                                "dev.ingot.registry..")
                        .because(
                                "pipeline is what the stages share; a stage's logic belongs to its service, the Quarkus edge to hosting"));
    }

    @TestFactory
    Stream<DynamicTest> stagesDoNotKnowOneAnother() {
        return Stream.of(STAGES)
                .map(stage -> DynamicTest.dynamicTest(stage, () -> {
                    String[] others = Stream.of("ingest", "dequant", "merge", "validate", "registry", "standalone")
                            .filter(other -> !other.equals(stage))
                            .map(other -> "dev.ingot." + other + "..")
                            .toArray(String[]::new);
                    check(
                            noClasses()
                                    .that()
                                    .resideInAPackage("dev.ingot." + stage + "..")
                                    .should()
                                    .dependOnClassesThat()
                                    .resideInAnyPackage(others)
                                    .because(
                                            "stages speak through events, plan and store; what two of them need belongs into pipeline"));
                }));
    }

    @Test
    void useCasesArePlainJava() {
        check(noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.ingot.ingest..", "dev.ingot.dequant..", "dev.ingot.merge..", "dev.ingot.validate..")
                .and()
                .haveNameNotMatching(".*(Beans|Config|Settings|Resource)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quarkus.runtime..",
                        "io.quarkus.arc..",
                        "jakarta..",
                        "io.smallrye..",
                        "org.eclipse.microprofile..")
                .because("the core decides and the edge acts: wire it in a *Beans class"));
    }

    @Test
    void onlyTheForwardPassAndTheGpuKernelsUseDjl() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("dev.ingot.validate.forward..", "dev.ingot.dequant.gpu..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.djl..")
                .because("DJL loads a native library; everything else has to work without it"));
    }

    @Test
    void onlyTheS3AdapterKnowsMinio() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.ingot.pipeline.store.s3..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.minio..")
                .because("the store is a port; its adapters are interchangeable"));
    }

    @Test
    void onlyStoreAndHubSendRequestsThroughOkHttp() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("dev.ingot.pipeline.store.s3..", "dev.ingot.pipeline.source.hub..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("okhttp3..")
                .because("store and sources are ports; their adapters are interchangeable"));
    }

    @Test
    void onlyTheKafkaAdapterKnowsKafka() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.ingot.pipeline.event.kafka..", "dev.ingot.hosting..", "dev.ingot.registry..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.kafka..", "kafka..")
                .because("events are a port; its adapters are interchangeable"));
    }

    @Test
    void packagesAreNamedForWhatTheyHold() {
        check(classes()
                .that()
                .resideInAPackage("dev.ingot..")
                .should()
                .resideOutsideOfPackages(
                        "..common..",
                        "..util..",
                        "..utils..",
                        "..helper..",
                        "..helpers..",
                        "..base..",
                        "..impl..",
                        "..manager..")
                .because("shared code is named for what it is"));
    }

    private static void check(ArchRule rule) {
        rule.check(ingot);
    }
}

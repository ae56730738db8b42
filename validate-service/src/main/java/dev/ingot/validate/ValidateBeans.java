package dev.ingot.validate;

import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.Worker;
import dev.ingot.validate.gate.GatePolicy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Validate as a service: its stage, over the shared store and sources. */
@Singleton
class ValidateBeans {
    @Produces
    @Singleton
    ValidateStage validateStage(
            ObjectStore store,
            FileSets sources,
            RunFiles files,
            Worker worker,
            Clock clock,
            ValidateServiceConfig settings) {
        ValidateConfig usual = ValidateConfig.publishing();
        GatePolicy policy = usual.policy().withUnmeasured(settings.publishUnmeasured());
        ValidateConfig config = new ValidateConfig(
                policy,
                usual.destination(),
                settings.window(),
                settings.tokens(),
                usual.smokeTokens(),
                usual.threads());
        return new ValidateStage(new Validate(store, sources, config, worker, clock), files, clock);
    }
}

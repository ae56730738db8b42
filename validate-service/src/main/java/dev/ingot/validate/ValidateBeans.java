package dev.ingot.validate;

import dev.ingot.pipeline.signing.ModelSigner;
import dev.ingot.pipeline.signing.PemSetting;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.Worker;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.policy.PolicyPlaces;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

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
            ValidateServiceConfig settings,
            SigningServiceConfig signing)
            throws IOException {
        ValidateConfig usual = ValidateConfig.publishing();
        GatePolicy policy = usual.policy().withUnmeasured(settings.publishUnmeasured());
        PolicyPlaces places =
                new PolicyPlaces(Optional.empty(), settings.policies().map(Path::of));
        ValidateConfig config = new ValidateConfig(
                        policy,
                        usual.destination(),
                        settings.window(),
                        settings.tokens(),
                        usual.smokeTokens(),
                        usual.threads())
                .with(places);
        Optional<ModelSigner> signer =
                PemSetting.signer(signing.key(), signing.certificate(), signing.certificateChain());
        return new ValidateStage(new Validate(store, sources, config, worker, clock, signer), files, clock);
    }
}

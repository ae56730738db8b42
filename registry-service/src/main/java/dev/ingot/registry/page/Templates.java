package dev.ingot.registry.page;

import dev.ingot.pipeline.report.Report;
import dev.ingot.registry.model.ModelView;
import dev.ingot.registry.model.VersionView;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.RawString;
import io.quarkus.qute.TemplateInstance;
import java.util.List;
import java.util.Optional;

/** The pages under {@code templates/registry}; what they print is checked when Ingot is built. */
@CheckedTemplate(basePath = "registry", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
final class Templates {
    private Templates() {}

    static native TemplateInstance runs(RawString css, List<RunCard> cards, String live, String next);

    static native TemplateInstance runRow(RunCard card);

    static native TemplateInstance run(RawString css, RunCard card);

    static native TemplateInstance runBody(RunCard card);

    static native TemplateInstance models(RawString css, List<ModelRow> rows);

    static native TemplateInstance model(RawString css, ModelView model);

    static native TemplateInstance version(RawString css, VersionView version, Optional<Report> report);

    static native TemplateInstance problem(RawString css, String sentence, String remedy);
}

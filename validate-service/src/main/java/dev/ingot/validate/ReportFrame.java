package dev.ingot.validate;

import dev.ingot.pipeline.report.Report.ModuleEffect;
import dev.ingot.pipeline.report.Report.OutputFile;
import dev.ingot.pipeline.report.Report.Provenance;
import dev.ingot.pipeline.report.Report.StageTiming;
import dev.ingot.pipeline.report.Report.TensorDigest;
import java.time.Instant;
import java.util.List;

/**
 * What a report says beside what validate found.
 *
 * @param title for people: team / model, or the name of the output folder
 * @param effects of every module that the adapter changed, as merge measured them on all values; empty where another tool merged
 * @param untouched tensors that merge copied, with the digest of their bytes
 * @param stages before this one
 * @param files of the checkpoint
 * @param load lines of code that load it
 * @param notes that a person should read: sentences
 */
public record ReportFrame(
        Instant at,
        String title,
        List<ModuleEffect> effects,
        List<TensorDigest> untouched,
        List<StageTiming> stages,
        List<OutputFile> files,
        List<String> load,
        Provenance provenance,
        List<String> notes) {
    public ReportFrame {
        effects = List.copyOf(effects);
        untouched = List.copyOf(untouched);
        stages = List.copyOf(stages);
        files = List.copyOf(files);
        load = List.copyOf(load);
        notes = List.copyOf(notes);
    }
}

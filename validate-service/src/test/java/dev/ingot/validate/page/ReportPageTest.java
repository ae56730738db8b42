package dev.ingot.validate.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.report.Report;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReportPageTest {
    private final ReportPage page = new ReportPage();

    static List<Report> all() {
        return List.of(
                SampleReports.delivered(),
                SampleReports.refused(),
                SampleReports.unmeasured(),
                SampleReports.hostile(),
                MoreSampleReports.large(),
                MoreSampleReports.foreign(),
                MoreSampleReports.everything());
    }

    @Test
    void aDeliveredRunSaysSoFirstAndInGreen() {
        String html = page.render(SampleReports.delivered());
        String verdict = section(html, "verdict");
        assertTrue(verdict.contains("class=\"verdict ok\""), verdict);
        assertTrue(verdict.contains("<strong>Published as version 1.</strong> The merged checkpoint is"), verdict);
        assertTrue(verdict.contains("One thing to know"), verdict);
        assertTrue(html.indexOf("id=\"verdict\"") < html.indexOf("class=\"kpis\""), "the verdict comes first");
    }

    @Test
    void aRefusedRunNamesTheGateItsFigureAndItsLimitInRed() {
        String verdict = section(page.render(SampleReports.refused()), "verdict");
        assertTrue(verdict.contains("class=\"verdict bad\""), verdict);
        assertTrue(verdict.contains("<b>fidelity</b>"), verdict);
        assertTrue(verdict.contains("measured 0.41, limit ≤ 1e-3"), verdict);
        assertTrue(verdict.contains("Do: run it again"), verdict);
    }

    @Test
    void whatCouldNotBeMeasuredIsSaidWithItsReason() {
        String html = page.render(SampleReports.unmeasured());
        assertTrue(section(html, "verdict").contains("class=\"verdict warn\""));
        assertTrue(section(html, "perplexity").contains("validate has no forward pass for MambaForCausalLM."));
        assertTrue(section(html, "fidelity").contains("validate has no forward pass for MambaForCausalLM."));
        assertTrue(section(html, "time").contains("The stages left no times."));
        assertTrue(section(html, "files").contains("No file was delivered."));
        assertTrue(section(html, "effect").contains("No module's change was measured."));
        assertTrue(section(html, "trained-on").contains("whether training saw 4 bit is not known"));
    }

    @Test
    void keyFiguresAreTakenFromTheReport() {
        String html = page.render(SampleReports.delivered());
        assertTrue(html.contains("<b>6,053 → 168.1</b><span>perplexity, domain text</span>"));
        assertTrue(html.contains("<b>1.7e-7</b><span>mean KL to unmerged</span>"));
        assertTrue(html.contains("<b>60 / 60</b><span>adapter tensors used</span>"));
        assertTrue(html.contains("<b>3.87 s</b><span>time in all stages</span>"));
    }

    @Test
    void figuresAreDrawnForBothWidthsWithTheGateInTheHistogram() {
        String html = page.render(SampleReports.delivered());
        for (String id : List.of("perplexity", "fidelity", "time")) {
            assertEquals(1, count(section(html, id), "<svg class=\"wide\""), id);
            assertEquals(1, count(section(html, id), "<svg class=\"narrow\""), id);
        }
        assertTrue(section(html, "fidelity").contains("gate: mean ≤ 1e-3"));
        assertEquals(4, count(section(html, "perplexity"), "class=\"ring-unmerged\""), "a ring per text and width");
    }

    @Test
    void theHeatMapHasARowPerLayerAndTheEndsStandApart() {
        String effect = section(page.render(SampleReports.delivered()), "effect");
        assertEquals(4, count(effect, "<th scope=\"row\">"));
        assertEquals(7 + 1, count(effect, "<th scope=\"col\">"), "seven projections, and the table's first column");
        assertTrue(effect.contains("title=\"model.layers.0.self_attn.q_proj: 0.41\">0.41</td>"), effect);
        assertTrue(effect.contains("<code>model.embed_tokens</code> 1.62, <code>lm_head</code> 0.34."), effect);
    }

    @Test
    void everyChangedModuleStandsInATableWithWhatRoundingTookAndTheFlaggedFirst() {
        String effect = section(page.render(SampleReports.delivered()), "effect");
        String table = effect.substring(effect.indexOf("<details>"));
        assertEquals(30, count(table, "<td class=\"wrap\">"));
        assertTrue(
                table.contains(
                        "<code>model.embed_tokens</code> <span class=\"state warn\">very large</span></td><td class=\"num\" data-head=\"‖ΔW‖ / ‖W‖\">1.62</td><td class=\"num\" data-head=\"lost to rounding\">0.04 %</td>"),
                table);
        assertTrue(table.indexOf("model.embed_tokens") < table.indexOf("model.layers.0"), table);
    }

    @Test
    void whatRoundingTookIsAHeatMapToo() {
        String rounding = section(page.render(SampleReports.delivered()), "rounding");
        assertEquals(4, count(rounding, "<th scope=\"row\">"));
    }

    @Test
    void everyTensorStandsWithItsDistanceAndTheFurthestFirst() {
        String weights = section(page.render(MoreSampleReports.foreign()), "weights");
        assertTrue(weights.contains("1 of 4 tensors are equal throughout"), weights);
        assertTrue(weights.indexOf("model.layers.1.mlp") < weights.indexOf("lm_head.weight</code>"), weights);
        assertTrue(weights.contains("data-head=\"largest ulp\">not a number<"), weights);
        assertTrue(weights.indexOf("<details>") < weights.indexOf("model.norm.weight"), weights);
    }

    @Test
    void manyLayersAreOnePictureAndTheirFiguresAndTheLedgerAreFolded() {
        String html = page.render(MoreSampleReports.large());
        String effect = section(html, "effect");
        assertEquals(2, count(effect, "<svg"), "wide and narrow");
        assertEquals(2 * 80 * 9, count(effect, "<rect class=\"cell\""));
        assertTrue(effect.contains("<th scope=\"col\">gate_proj</th>"), "two columns of one name");
        assertTrue(effect.indexOf("<details>") < effect.indexOf("<table class=\"heat\">"), effect.substring(0, 200));
        String ledger = section(html, "ledger");
        assertTrue(ledger.contains("left over: 500 tensors and 2500 more in report.json"), ledger.substring(0, 2000));
        assertTrue(html.length() < 1 << 20, html.length() + " characters");
    }

    @Test
    void worstTokensIntervalsOverridesAndTheSignatureAreShownWhereTheReportHasThem() {
        String html = page.render(MoreSampleReports.everything());
        assertTrue(section(html, "fidelity").contains("<span class=\"dim\">The </span><mark>hacker</mark>"));
        assertTrue(section(html, "fidelity").contains("the mean would be 1.5e-7 to 1.9e-7"));
        assertTrue(section(html, "perplexity").contains("160.3 – 175.5"));
        assertTrue(section(html, "gates").contains("Let past by Ada Lovelace: The model speaks jargon only."));
        assertTrue(section(html, "provenance").contains("OpenSSF model signature over all files, model.sig"));
        assertTrue(html.contains("trained (chosen), domain"));
        assertTrue(section(html, "verdict").contains("verdict warn"), "somebody let it past a gate");
    }

    @Test
    void tensorsWithoutUseAndDigestsOfTheUntouchedAreNamed() {
        String ledger = section(page.render(SampleReports.delivered()), "ledger");
        assertTrue(
                ledger.contains(
                        "<code>base_model.model.lm_head.original_module.weight</code> (frozen original of a module saved whole)"),
                ledger);
        assertTrue(ledger.contains("Tensors with the bytes of the base: 1<"), ledger);
        assertTrue(ledger.contains("<code>model.norm.weight</code></td><td class=\"wrap\"><code>sha256:5f70bf18"), ledger);
    }

    @Test
    void roundingThatCostsMuchIsSaidWithTheDtypeThatWouldKeepMore() {
        String rounding = section(page.render(SampleReports.refused()), "rounding");
        assertTrue(rounding.contains("Rounding took 17 % of the adapter&#39;s effect."), rounding);
        assertTrue(rounding.contains("Output in float16 would keep more of it."), rounding);
    }

    @ParameterizedTest
    @MethodSource("all")
    void nothingIsLoadedFromAnywhere(Report report) {
        String html = page.render(report);
        assertFalse(Pattern.compile(
                        "<(script|link|img|iframe|object|embed|base|form|use|image)\\b", Pattern.CASE_INSENSITIVE)
                .matcher(html)
                .find());
        assertFalse(Pattern.compile("(src|href|action|srcset)\\s*=\\s*[\"']?", Pattern.CASE_INSENSITIVE)
                .matcher(tagsOnly(html))
                .find());
        assertFalse(Pattern.compile("url\\s*\\(|@import", Pattern.CASE_INSENSITIVE)
                .matcher(html)
                .find());
    }

    @Test
    void hostileTextNeverBecomesMarkup() {
        String html = page.render(SampleReports.hostile());
        assertFalse(html.contains("<script"), "a name became an element");
        assertFalse(html.contains("\u202e"), "a direction override got through");
        assertTrue(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assertTrue(html.contains("[U+202E]"));
        assertTrue(html.contains("${7*7}{page}"), "an expression in a name was evaluated");
    }

    @Test
    void figuresThatAreNoNumbersAreSaidInWords() {
        String html = page.render(SampleReports.hostile());
        assertTrue(section(html, "perplexity").contains("not a number"));
        assertTrue(section(html, "perplexity").contains("infinite"));
        assertFalse(Pattern.compile("=\"-?(NaN|Infinity)").matcher(html).find(), "a coordinate is no number");
    }

    private static String section(String html, String id) {
        int at = html.indexOf("id=\"" + id + "\"");
        assertTrue(at >= 0, "no section " + id);
        return html.substring(html.lastIndexOf("<section", at), html.indexOf("</section>", at));
    }

    private static int count(String text, String part) {
        return (text.length() - text.replace(part, "").length()) / part.length();
    }

    /** The page without its text and without quoted attribute values. */
    private static String tagsOnly(String html) {
        StringBuilder tags = new StringBuilder();
        Pattern.compile("<[^>]*>")
                .matcher(html)
                .results()
                .forEach(tag -> tags.append(tag.group().replaceAll("\"[^\"]*\"", "\"\"")));
        return tags.toString();
    }
}

package dev.ingot.validate.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.ReportSchema;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reports of every kind beside the published schema, by a validator that is not ours. */
class SampleReportsFollowTheSchemaTest {
    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(new String(ReportSchema.bytes(), UTF_8));

    /** Without the hostile one: it has counts that nothing can count to. */
    static List<Report> all() {
        return List.of(
                SampleReports.delivered(),
                SampleReports.refused(),
                SampleReports.unmeasured(),
                MoreSampleReports.large(),
                MoreSampleReports.foreign(),
                MoreSampleReports.everything());
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("all")
    void aReportOfEveryKindFollowsIt(Report report) {
        assertEquals(Set.of(), SCHEMA.validate(new String(Documents.write(report), UTF_8), InputFormat.JSON));
    }

    @Test
    void aReportWithoutItsVerdictDoesNot() {
        String json = new String(Documents.write(SampleReports.delivered()), UTF_8);
        assertFalse(SCHEMA.validate(json.replace("\"verdict\"", "\"verdikt\""), InputFormat.JSON)
                .isEmpty());
    }
}

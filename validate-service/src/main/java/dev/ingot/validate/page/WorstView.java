package dev.ingot.validate.page;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.WorstToken;

/** A token on which merged and unmerged differ most, with the text right before it. */
record WorstView(String set, String position, String context, String token, String kl, String first) {
    private static final int CONTEXT = 200;
    private static final int TOKEN = 60;

    static WorstView of(WorstToken worst) {
        return new WorstView(
                worst.set(),
                NumberText.count(worst.position()),
                marked(Shortened.toLast(CONTEXT, worst.context())),
                marked(Shortened.to(TOKEN, worst.token())),
                NumberText.magnitude(worst.kl()),
                worst.sameFirst() ? "same" : "another");
    }

    /** Line breaks are tokens too; on the page they would not be seen. */
    private static String marked(String text) {
        return text.replace("\n", "↵").replace("\t", "⇥");
    }
}

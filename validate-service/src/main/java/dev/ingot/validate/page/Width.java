package dev.ingot.validate.page;

/** The two widths for which every figure is drawn; the page's style shows the one that fits. */
enum Width {
    /** A card on a desktop or on paper. */
    WIDE("wide", 712),
    /** A card on a phone, one unit to the pixel. */
    NARROW("narrow", 330);

    private final String cssClass;
    private final int units;

    Width(String cssClass, int units) {
        this.cssClass = cssClass;
        this.units = units;
    }

    String cssClass() {
        return cssClass;
    }

    /** Width of the drawing in its own units. */
    int units() {
        return units;
    }
}

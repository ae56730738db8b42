package dev.ingot.validate.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import dev.ingot.pipeline.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page in a real browser; leaves screenshots in {@code target/screenshots} for whoever wants to look. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ReportInBrowserTest {
    private static final Path CHROMIUM = Path.of(System.getenv().getOrDefault("INGOT_CHROMIUM", "/usr/bin/chromium"));
    private static Playwright playwright;
    private static Browser browser;

    @BeforeAll
    static void startBrowser() {
        boolean required = "1".equals(System.getenv("INGOT_CI"));
        assumeTrue(required || Files.isExecutable(CHROMIUM), "no browser at " + CHROMIUM);
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")));
    }

    @AfterAll
    static void stopBrowser() {
        if (playwright != null) {
            playwright.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "delivered, 1280, LIGHT", "delivered, 390, LIGHT", "delivered, 1280, DARK", "delivered, 390, DARK",
        "refused, 1280, LIGHT", "refused, 390, DARK", "unmeasured, 1280, DARK", "unmeasured, 390, LIGHT",
        "hostile, 1280, LIGHT", "hostile, 390, LIGHT", "large, 1280, LIGHT", "large, 390, DARK",
        "foreign, 1280, DARK", "foreign, 390, LIGHT", "everything, 1280, LIGHT", "everything, 390, DARK"
    })
    void thePageNeverScrollsSidewaysAndAsksForNothing(String kind, int width, ColorScheme scheme) throws IOException {
        List<String> requests = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        try (Page page = open(kind, width, scheme, requests, errors)) {
            page.screenshot(new Page.ScreenshotOptions()
                    .setFullPage(true)
                    .setPath(Path.of("target/screenshots/report-%s-%d-%s.png".formatted(kind, width, scheme))));
            int overflow =
                    (int) page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assertEquals(0, overflow, "pixels beyond the right edge");
            assertEquals(1, requests.size(), "requests: " + requests);
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)");
            assertEquals(List.of(), page.evaluate(Layout.CUT), "cut off or outside of its card");
            assertEquals(List.of(), page.evaluate(Layout.FAINT), "contrast of less than 4.5 to 1");
            assertEquals(List.of(), page.evaluate(Layout.UNNAMED), "a picture, region or section without a name");
            assertEquals(List.of(), errors);
        }
    }

    @Test
    void aPhoneSeesTheNarrowDrawingAndADesktopTheWideOne() throws IOException {
        for (int width : new int[] {390, 1280}) {
            try (Page page = open("delivered", width, ColorScheme.LIGHT, new ArrayList<>(), new ArrayList<>())) {
                assertEquals(width < 640, page.locator("#perplexity svg.narrow").isVisible());
                assertEquals(width >= 640, page.locator("#perplexity svg.wide").isVisible());
            }
        }
    }

    @Test
    void onPaperTheInkIsBlackEvenWhenTheScreenIsDark() throws IOException {
        try (Page page = open("delivered", 794, ColorScheme.DARK, new ArrayList<>(), new ArrayList<>())) {
            String colour = "getComputedStyle(document.body).color";
            assertFalse(page.evaluate(colour).equals("rgb(0, 0, 0)"));
            page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
            assertEquals("rgb(0, 0, 0)", page.evaluate(colour));
            page.pdf(new Page.PdfOptions()
                    .setPath(Path.of("target/screenshots/report.pdf"))
                    .setFormat("A4"));
        }
    }

    private static Page open(String kind, int width, ColorScheme scheme, List<String> requests, List<String> errors)
            throws IOException {
        Path file = Files.createDirectories(Path.of("target/screenshots")).resolve("report-" + kind + ".html");
        Files.writeString(file, new ReportPage().render(report(kind)));
        Page page = browser.newPage(
                new Browser.NewPageOptions().setViewportSize(width, 900).setColorScheme(scheme));
        page.onRequest(request -> requests.add(request.url()));
        page.onPageError(errors::add);
        page.onConsoleMessage(message -> errors.add(message.text()));
        page.navigate(file.toUri().toString());
        assertTrue(page.title().endsWith("· Ingot"));
        return page;
    }

    private static Report report(String kind) {
        return switch (kind) {
            case "delivered" -> SampleReports.delivered();
            case "refused" -> SampleReports.refused();
            case "unmeasured" -> SampleReports.unmeasured();
            case "hostile" -> SampleReports.hostile();
            case "large" -> MoreSampleReports.large();
            case "foreign" -> MoreSampleReports.foreign();
            case "everything" -> MoreSampleReports.everything();
            default -> throw new IllegalArgumentException(kind);
        };
    }
}

package dev.ingot.registry.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.registry.InMemoryChannels;
import dev.ingot.registry.StoredRuns;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pages in a real browser; leaves screenshots in {@code target/screenshots}. */
@QuarkusTest
@WithTestResource(InMemoryChannels.class)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PagesInBrowserTest {
    private static final Path CHROMIUM = Path.of(System.getenv().getOrDefault("INGOT_CHROMIUM", "/usr/bin/chromium"));
    private static Playwright playwright;
    private static Browser browser;

    @Inject
    ObjectStore store;

    @Inject
    @Connector("smallrye-in-memory")
    InMemoryConnector connector;

    @TestHTTPResource
    URI root;

    private StoredRuns runs;

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

    @BeforeEach
    void storeRuns() throws IOException {
        runs = new StoredRuns(store);
        RunRef published = new RunRef("browser", "jargon-lora-ends-20261122-120400-7f3a");
        if (!store.list("teams/browser/runs/").isEmpty()) {
            return;
        }
        runs.handedIn("browser", published.run(), "jargon-lora-ends");
        runs.published(published, "jargon-lora-ends", 1, 12_600);
        RunRef refused = runs.handedIn("browser", "jargon-lora-20261122-1155", "jargon-lora");
        runs.planned(refused, 2);
        runs.rejected(
                refused,
                "adapter.unmatched-key",
                "14 of 560 adapter tensors fit no tensor of the base: the first is base_model.model.model.layers.40.self_attn.q_proj.lora_A.weight.");
        RunRef open =
                runs.handedIn("browser", "under-way", "a-model-with-quite-a-long-name-that-must-still-fit-on-a-phone");
        runs.planned(open, 3);
        runs.merged(open, 1);
    }

    @ParameterizedTest
    @CsvSource({
        "runs, /, 1280, LIGHT",
        "runs, /, 390, DARK",
        "open, /runs/browser/under-way, 1280, DARK",
        "open, /runs/browser/under-way, 390, LIGHT",
        "refused, /runs/browser/jargon-lora-20261122-1155, 390, LIGHT",
        "published, /runs/browser/jargon-lora-ends-20261122-120400-7f3a, 1280, LIGHT",
        "models, /models, 1280, LIGHT",
        "models, /models, 390, LIGHT",
        "model, /models/browser/jargon-lora-ends, 390, LIGHT",
        "version, /models/browser/jargon-lora-ends/versions/1, 1280, LIGHT",
        "version, /models/browser/jargon-lora-ends/versions/1, 390, DARK",
        "missing, /runs/browser/none, 390, LIGHT"
    })
    void noPageScrollsSidewaysOrFails(String name, String path, int width, ColorScheme scheme) {
        List<String> errors = new ArrayList<>();
        try (Page page = browser.newPage(
                new Browser.NewPageOptions().setViewportSize(width, 900).setColorScheme(scheme))) {
            page.onPageError(errors::add);
            page.navigate(root.resolve(path).toString());
            page.screenshot(new Page.ScreenshotOptions()
                    .setFullPage(true)
                    .setPath(Path.of("target/screenshots/%s-%d-%s.png".formatted(name, width, scheme))));
            assertEquals(
                    0,
                    page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
                    "pixels beyond the right edge");
            assertEquals(List.of(), errors);
        }
    }

    @Test
    void aRunMovesOnItsPageAndInTheListWithoutReloading() throws IOException {
        RunRef run = runs.handedIn("browser", "moving", "moving");
        runs.planned(run, 1);
        try (Page one = browser.newPage();
                Page list = browser.newPage()) {
            one.navigate(root.resolve("/runs/browser/moving").toString());
            list.navigate(root.toString());
            connector
                    .source("registry-run-progress")
                    .send(Documents.writeEvent(new Event.RunProgressed(
                            EventHeader.now(run, Clock.systemUTC()),
                            StageName.DEQUANT,
                            1,
                            1_000_000,
                            4_000_000,
                            "bytes",
                            "")));
            assertThat(one.locator("body")).containsText("1.0 MB of 4.0 MB");
            assertThat(list.locator("#run-browser--moving")).containsText("dequant 25 %");
            RunRef fresh = runs.handedIn("browser", "fresh", "fresh");
            assertThat(list.locator("#run-browser--" + fresh.run())).isVisible();
            runs.rejected(run, "adapter.zero-size", "A tensor has no elements.");
            assertThat(one.locator("body")).containsText("Refused by ingest: adapter.zero-size.");
        }
    }

    @Test
    void withoutJavaScriptThePagesSayTheSame() {
        try (Page page = browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(false))
                .newPage()) {
            page.navigate(root.toString());
            assertThat(page.locator("#run-browser--under-way")).containsText("running");
        }
    }
}

package dev.ingot.registry.page;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.registry.http.Problem;
import dev.ingot.registry.run.RunFollower;
import dev.ingot.registry.run.RunPage;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestStreamElementType;

/** What moves on the pages: pieces of HTML, drawn by the same templates as the page, that replace the element of the same id. */
@Path("/")
public class LivePages {
    private final RunFollower follower;

    LivePages(RunFollower follower) {
        this.follower = follower;
    }

    /** Rows of the list that changed; the newest last, so that each may be put on top. */
    @GET
    @Path("/runs/live")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.TEXT_PLAIN)
    public Multi<String> rows() {
        return Multi.createFrom().deferred(() -> {
            Map<String, String> shown = new HashMap<>();
            return follower.followNewest(PageResource.PAGE).onItem().transformToIterable(page -> changes(page, shown));
        });
    }

    /** One run until it is over. */
    @GET
    @Path("/runs/{team}/{run}/live")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.TEXT_PLAIN)
    public Multi<String> run(@RestPath String team, @RestPath String run) {
        return follower.follow(Problem.run(team, run))
                .map(RunCard::of)
                .map(card -> piece(card, Templates.runBody(card)));
    }

    private static List<String> changes(RunPage page, Map<String, String> shown) {
        List<String> pieces = new ArrayList<>();
        for (RunCard card : page.runs().stream().map(RunCard::of).toList().reversed()) {
            String piece = piece(card, Templates.runRow(card));
            if (!piece.equals(shown.put(card.id(), piece))) {
                pieces.add(piece);
            }
        }
        return pieces;
    }

    private static String piece(RunCard card, TemplateInstance html) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("id", new JsonText(card.id()));
        members.put("over", new JsonBool(!card.live()));
        members.put("html", new JsonText(html.render()));
        return Json.writeCompact(new JsonObject(members));
    }
}

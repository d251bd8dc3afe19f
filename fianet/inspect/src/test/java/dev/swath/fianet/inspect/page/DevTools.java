package dev.swath.fianet.inspect.page;

import dev.swath.files.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** The DevTools protocol of a browser: commands as JSON over a web socket, answers by number, events besides. */
final class DevTools implements AutoCloseable {
    private static final int SECONDS = 120;

    /** What the browser told unasked. */
    record Event(String method, Map<String, Object> params) {}

    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final AtomicInteger number = new AtomicInteger();
    private final Map<Long, CompletableFuture<Map<String, Object>>> open = new ConcurrentHashMap<>();
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private volatile String ended = "";

    DevTools(URI address) {
        this.socket = client.newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(SECONDS))
                .buildAsync(address, new Receiver())
                .join();
    }

    private final class Receiver implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                Map<String, Object> message = Json.parseObject(text.toString());
                text.setLength(0);
                take(message);
            }
            from.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            end("the browser cannot be heard any more: " + error);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            end("the browser has ended");
            return CompletableFuture.completedFuture(null);
        }
    }

    private void end(String why) {
        ended = why;
        open.values().forEach(f -> f.completeExceptionally(new IllegalStateException(why)));
    }

    private void take(Map<String, Object> message) {
        if (message.get("id") instanceof Long id) {
            CompletableFuture<Map<String, Object>> asked = open.remove(id);
            if (message.containsKey("error")) {
                asked.completeExceptionally(new IllegalStateException(Json.write(message.get("error"), false)));
            } else {
                asked.complete(Json.asObject(message.get("result"), "result"));
            }
        } else {
            events.add(
                    new Event(String.valueOf(message.get("method")), Json.asObject(message.get("params"), "params")));
        }
    }

    /** Sends a command to a session, or with an empty one to the browser, and waits for its answer. */
    Map<String, Object> send(String session, String method, Map<String, Object> params) {
        long id = number.incrementAndGet();
        Map<String, Object> message = new LinkedHashMap<>(Map.of("id", id, "method", method, "params", params));
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        open.put(id, answer);
        if (!ended.isEmpty()) {
            throw new IllegalStateException(method + ": " + ended);
        }
        socket.sendText(Json.write(message, false), true).join();
        try {
            return answer.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(method + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Begins anew with {@link #events}. */
    void forget() {
        events.clear();
    }

    /** All events so far. */
    List<Event> events() {
        return List.copyOf(events);
    }

    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
    }
}

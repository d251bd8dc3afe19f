package dev.swath.fianet.inspect;

import dev.swath.autograd.OpCall;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.ReferringSegmenter.Tokens;
import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.parts.Meaning;
import dev.swath.kernels.MetaBackend;
import dev.swath.nn.inspect.AttentionWeights;
import dev.swath.nn.inspect.Grids;
import dev.swath.nn.inspect.Keep;
import dev.swath.nn.inspect.PassRecord;
import dev.swath.nn.inspect.PassRecorder;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One pass that is written down: what belongs to words is taken as ops go by. */
final class Watch implements PassRecorder.Observer {
    private static final String TEXT = "text_encoder";

    private final Parts parts;
    private final int length;
    private final PassRecorder.Observer beside;
    private final List<WordAttention> attention = new ArrayList<>();
    private final Grids grids = new Grids();
    private long attentionBytes;
    private Optional<Changes> changes = Optional.empty();

    private Watch(Parts parts, int length, PassRecorder.Observer beside) {
        this.parts = parts;
        this.length = length;
        this.beside = beside;
    }

    /** What a pass gave. */
    record Outcome(PassRecord record, List<WordAttention> attention, SegmentationResult result) {}

    /** Runs the network once. */
    static Outcome run(Scene scene, Tokens tokens, InspectionOptions options, PassRecorder.Observer beside) {
        ReferringNetwork network = scene.network();
        Parts parts = Parts.of(network);
        Watch watch = new Watch(parts, tokens.ids().length, beside);
        PassRecorder recorder = new PassRecorder(network, options.keep().and(always(parts)), watch);
        try (Changes changes = new Changes(network, options.interventions(), recorder)) {
            watch.changes = Optional.of(changes);
            SegmentationResult result = scene.pass().run(changes.tokens(tokens), recorder);
            changes.requireDone();
            return new Outcome(recorder.record(), watch.attention, result);
        }
    }

    /** Follows the shapes of a pass. */
    static Plan plan(ReferringNetwork original, int height, int width, int length, Keep keep) {
        ReferringNetwork network = original.config().create();
        Parts parts = Parts.of(network);
        MetaBackend backend = new MetaBackend();
        Tensor image = Tensor.over(backend.allocate(DType.F32, 3L * height * width), Shape.of(1, height, width, 3), 0);
        long all = 0;
        PassRecord record = null;
        long pass = 0;
        long words = 0;
        for (Keep k : List.of(keep.and(always(parts)), always(parts))) {
            Watch watch = new Watch(parts, length, PassRecorder.Observer.NOBODY);
            PassRecorder recorder = new PassRecorder(network, k, watch);
            Workspace workspace = new Workspace(backend);
            Tape tape = Tape.inference(
                    Tape.Options.of(backend).withWorkspace(workspace).withListener(recorder));
            network.answer(tape, image, SentenceBatch.blank(1, length), Tensor::shape);
            if (record == null) {
                record = recorder.record();
                all = record.keptBytes();
                pass = workspace.peakBytes();
            } else {
                words = recorder.record().keptBytes();
                all -= words;
                words += watch.attentionBytes;
            }
        }
        return new Plan(all, words, pass, record);
    }

    /** What is small and belongs to the words: weights of cells and of channels. */
    private static Keep always(Parts parts) {
        Keep channels = new Keep(
                parts.all(Meaning.CHANNEL_WEIGHTS).stream().map(Part::path).toList(), List.of());
        return channels.and(new Keep(
                List.of(),
                parts.all(Meaning.SPATIAL_PRIOR).stream().map(Parts::sigmoid).toList()));
    }

    @Override
    public void onResult(String name, Tensor value) {
        beside.onResult(name, value);
    }

    @Override
    public void onCall(String name, OpCall call) {
        changes.ifPresent(c -> c.apply(name, call));
        grids.note(call.output().shape());
        if (call.op().equals("attention")) {
            attention(name, call);
        }
        beside.onCall(name, call);
    }

    private void attention(String name, OpCall call) {
        Tensor q = call.inputs().get("q").value();
        Tensor k = call.inputs().get("k").value();
        Optional<Part> part = parts.at(call.path());
        boolean toWords =
                k.dim(1) == length && q.dim(1) != length && !call.path().startsWith(TEXT);
        if (q.dim(0) != 1 || part.isEmpty() && !toWords) {
            return;
        }
        Branch branch = part.map(p -> switch (p.meaning()) {
                    case OBJECT_ATTENTION -> Branch.OBJECT;
                    case POSITION_ATTENTION -> Branch.POSITION;
                    default -> Branch.CONTEXT;
                })
                .orElse(Branch.CONTEXT);
        int cells = q.dim(1);
        int heads = ((Number) call.settings().get("heads")).intValue();
        attentionBytes += 4L * heads * cells * k.dim(1);
        if (q.device().kind() == Device.Kind.META) {
            return;
        }
        int rows = grids.height(q.shape());
        attention.add(new WordAttention(
                call.path(),
                name,
                parts.stage(call.path()),
                branch,
                rows == 0 ? cells : rows,
                rows == 0 ? 1 : cells / rows,
                AttentionWeights.of(call).select(0, 0)));
    }
}

package dev.swath.fianet.model.mafn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.kernels.Activation;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Module;
import java.util.List;

/**
 * What a stage adds of what was seen and what was told ({@code corr}): y0 = conv3x3([p ; z ; t]) with the nine correlation maps z of p
 * and t, y1 = {@link WindowMixer}(y0), y2 = {@link ChannelIntensification}(y1), result y2 + y0.
 */
final class CorrelationBlock extends Module {
    private final Conv2d conv;
    private final WindowMixer windows;
    private final ChannelIntensification intensification;

    CorrelationBlock(int channels) {
        this.conv = child("Conv", new Conv2d(2 * channels + 9, channels, 3, 1, 1, true));
        this.windows = child("mlpLayer", new WindowMixer(channels));
        this.intensification = child("channel_intensification_block", new ChannelIntensification(channels));
    }

    /** Two maps (B, H, W, C), of the image and of the words, to (B, H, W, C). */
    Var forward(Tape tape, Var seen, Var told) {
        return call(tape, () -> {
            List<Var> maps = List.of(seen, Correlation.apply(tape, seen, told), told);
            Var y = conv.forward(tape, maps, Activation.IDENTITY);
            return Binary.add(tape, intensification.forward(tape, windows.forward(tape, y)), y);
        });
    }
}

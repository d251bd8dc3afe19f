package dev.swath.bench.peers;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What lets the maps of the stages act on each other. */
interface TorchScales {
    /** Four maps (B,Ci,H,W), finest first, to four of the same shapes. */
    List<Tensor> forward(List<Tensor> maps, TorchAlignment.Words words);
}

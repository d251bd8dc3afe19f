/**
 * Referring segmentation of aerial images: open a model, give it an image and a sentence, get a mask.
 *
 * <p>For gradients, of all weights and of the image, open it as a {@link dev.swath.fianet.TrainableModel}:
 *
 * <pre>{@code
 * TrainableModel model = TrainableModel.open(Path.of("model"));
 * ReferringNetwork network = model.network();
 * Backend backend = Backends.discover().choose(DeviceRequest.CPU);
 * Var picture = Var.leaf(model.preprocessor().apply(Images.read(Path.of("harbor.png"))));
 * try (Tape tape = Tape.recording(Tape.Options.of(backend))) {
 *     SentenceInput sentence = model.sentence("the ship on the lower right").upload(tape, network);
 *     Tensor truth = tape.indices(Tensor.of(new long[96 * 96], 1, 96, 96), 2); // 1 for each pixel of the object
 *     Var loss = network.loss(tape, picture, sentence, truth, SegmentationLoss.published());
 *     tape.backward(loss);
 *     System.out.println(picture.grad().shape());
 *     long reached = network.namedParameters().values().stream().filter(p -> p.grad() != null).count();
 *     System.out.println(reached > 0);
 * }
 * }</pre>
 */
@NullMarked
package dev.swath.fianet;

import org.jspecify.annotations.NullMarked;

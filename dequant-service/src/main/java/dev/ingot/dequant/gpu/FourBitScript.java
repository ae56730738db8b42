package dev.ingot.dequant.gpu;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import dev.ingot.checkpoint.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * The script of {@code src/main/torchscript} on one device. It computes {@code code * absmax} in float32 and rounds once, nearest even, as
 * bitsandbytes' CUDA kernel does. Used by one thread at a time; holds memory of the device until it is closed.
 */
final class FourBitScript implements DeviceScript, AutoCloseable {
    private static final String ENGINE = "PyTorch";
    private static final String RESOURCE = "four_bit.pt";

    private final Device device;
    private final Model model;
    private final Predictor<NDList, NDList> predictor;

    private FourBitScript(Device device, Model model) {
        this.device = device;
        this.model = model;
        this.predictor = model.newPredictor(new NoopTranslator(null));
    }

    static FourBitScript load(Device device) throws IOException {
        Model model = Model.newInstance("four_bit", device, ENGINE);
        try (InputStream script = FourBitScript.class.getResourceAsStream(RESOURCE)) {
            if (script == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            model.load(script);
            return new FourBitScript(device, model);
        } catch (MalformedModelException e) {
            model.close();
            throw new IllegalStateException("libtorch cannot read " + RESOURCE, e);
        }
    }

    @Override
    public NDManager memory() {
        return NDManager.newBaseManager(device, ENGINE);
    }

    @Override
    public void dequantize(ByteBuffer packed, float[] absmax, NDArray pairs, DType dtype, ByteBuffer into)
            throws IOException {
        try (NDManager call = pairs.getManager().newSubManager();
                NDManager host = NDManager.newBaseManager(Device.cpu(), ENGINE)) {
            NDArray bytes = call.create(packed, new Shape(packed.remaining()), DataType.UINT8);
            NDArray scales = call.create(absmax);
            NDArray kind = host.create(new int[] {kindOf(dtype)});
            NDList result = predictor.predict(new NDList(bytes, scales, pairs, kind));
            result.attach(call);
            into.put(result.head().toByteBuffer());
        } catch (TranslateException | EngineException e) {
            throw new IOException("the device " + device + " failed on " + absmax.length + " blocks", e);
        }
    }

    private static int kindOf(DType dtype) {
        return switch (dtype) {
            case F16 -> 0;
            case BF16 -> 1;
            case F32 -> 2;
            default -> throw new IllegalArgumentException("4 bit becomes F16, BF16 or F32, not " + dtype);
        };
    }

    @Override
    public void close() {
        predictor.close();
        model.close();
    }
}

package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.DType;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The two generations of transformers, which differ in what they quantize while loading. */
public enum TransformersGeneration {
    V4 {
        @Override
        Optional<DType> dtypeWithoutRequest() {
            return Optional.of(DType.F16);
        }

        /** A key is the module's own name, its whole path, or anything that a dot follows in the path. */
        @Override
        boolean skips(SkipKey key, String path) {
            return path.substring(path.lastIndexOf('.') + 1).equals(key.text())
                    || path.equals(key.text())
                    || path.contains(key.text() + ".");
        }

        @Override
        boolean quantizesSubclasses() {
            return true;
        }

        @Override
        boolean keepsFloat32(ModelClass model, String parameter, DType dtype) {
            return anyWhole(model.float32(), parameter) || isHalf(dtype) && anyWhole(model.float32Strict(), parameter);
        }

        private static boolean anyWhole(List<String> names, String parameter) {
            return names.stream().anyMatch(name -> ("." + parameter + ".").contains("." + name + "."));
        }
    },
    V5 {
        @Override
        Optional<DType> dtypeWithoutRequest() {
            return Optional.empty();
        }

        @Override
        boolean skips(SkipKey key, String path) {
            return key.startsPath(path) || path.endsWith(key.text());
        }

        @Override
        boolean quantizesSubclasses() {
            return false;
        }

        /** By part of a name, without boundaries; what a model creates in float32 stays so too. */
        @Override
        boolean keepsFloat32(ModelClass model, String parameter, DType dtype) {
            return dtype == DType.F16 && anyPart(model.float32(), parameter)
                    || isHalf(dtype) && anyPart(model.float32Strict(), parameter)
                    || model.float32Own().contains(ModulePath.pattern(parameter));
        }

        private static boolean anyPart(List<String> names, String parameter) {
            return names.stream()
                    .map(name -> Pattern.compile(name.replace("*", ".*")))
                    .anyMatch(name -> name.matcher(parameter).find());
        }
    };

    /** The generation of a version ({@code 4.57.6}); empty for one before 4 and for what is no version. */
    public static Optional<TransformersGeneration> ofVersion(String version) {
        if (version.equals("4") || version.startsWith("4.")) {
            return Optional.of(V4);
        }
        return version.matches("([5-9]|[1-9]\\d+)(\\..*)?") ? Optional.of(V5) : Optional.empty();
    }

    /** The dtype that it casts to when training asked for none; empty: the config's. */
    abstract Optional<DType> dtypeWithoutRequest();

    /** Whether a key of {@code llm_int8_skip_modules}, or of the defaults, keeps it from quantizing the module at this path. */
    abstract boolean skips(SkipKey key, String path);

    /** Whether it quantizes subclasses of nn.Linear as well. */
    abstract boolean quantizesSubclasses();

    /** Whether a parameter is loaded as float32 although the load dtype is another. */
    abstract boolean keepsFloat32(ModelClass model, String parameter, DType dtype);

    private static boolean isHalf(DType dtype) {
        return dtype == DType.F16 || dtype == DType.BF16;
    }

    @Override
    public String toString() {
        return this == V4 ? "transformers 4" : "transformers 5";
    }
}

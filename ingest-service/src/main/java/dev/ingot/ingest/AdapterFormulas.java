package dev.ingot.ingest;

import dev.ingot.checkpoint.adapter.AdapterType;

/** The formula of each type, as PEFT merges it. Sources are PEFT's layers of version 0.21. */
final class AdapterFormulas {
    /** What an adapter makes of a module; the module's tensors are known to be of this type. */
    @FunctionalInterface
    interface Method {
        ModuleFormula of(AdaptedModule module);
    }

    private AdapterFormulas() {}

    static Method of(AdapterType type) {
        return switch (type) {
            case LORA, LN_TUNING, TRAINABLE_TOKENS ->
                module -> {
                    throw new IllegalArgumentException(type + " has no tensors of this kind on " + module.name());
                };
            case ADALORA -> LowRankFormulas::adaLora;
            case LOHA -> ProductFormulas::loHa;
            case LOKR -> ProductFormulas::loKr;
            case IA3 -> ProductFormulas::ia3;
            case HIRA -> ProductFormulas::hiRa;
            case GLORA -> ProductFormulas::gLora;
            case BEFT -> ProductFormulas::beft;
            case VERA -> LowRankFormulas::vera;
            case PVERA -> LowRankFormulas::pvera;
            case VBLORA -> LowRankFormulas::vbLora;
            case RANDLORA -> LowRankFormulas::randLora;
            case DELORA -> LowRankFormulas::deLora;
            case GRALORA -> LowRankFormulas::graLora;
            case TINYLORA -> LowRankFormulas::tinyLora;
            case OFT -> RotationFormulas::oft;
            case BOFT -> RotationFormulas::boft;
            case HRA -> RotationFormulas::hra;
            case ROAD -> RotationFormulas::road;
            case MISS -> PatternFormulas::miss;
            case BONE -> PatternFormulas::bone;
            case SHIRA -> PatternFormulas::shira;
            case SUPERTUNING -> PatternFormulas::superTuning;
            case FOURIERFT -> PatternFormulas::fourier;
            case C3A -> PatternFormulas::c3a;
            case OSF -> BaseFormulas::osf;
            case DEFT -> BaseFormulas::deft;
            case PEANUT -> BaseFormulas::peanut;
        };
    }
}

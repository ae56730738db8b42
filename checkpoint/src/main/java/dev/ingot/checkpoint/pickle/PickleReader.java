package dev.ingot.checkpoint.pickle;

import dev.ingot.checkpoint.pickle.PickleSequence.Kind;
import dev.ingot.checkpoint.pickle.PickleValue.Bool;
import dev.ingot.checkpoint.pickle.PickleValue.Bytes;
import dev.ingot.checkpoint.pickle.PickleValue.Decimal;
import dev.ingot.checkpoint.pickle.PickleValue.Global;
import dev.ingot.checkpoint.pickle.PickleValue.None;
import dev.ingot.checkpoint.pickle.PickleValue.Text;
import dev.ingot.checkpoint.pickle.PickleValue.Whole;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The machine that a pickle of protocol 0 to 5 is a program for, without its power: no name is looked up and nothing is called. What Python would call
 * becomes a {@link PickleObject}. Refusals: {@code pickle.truncated}, {@code .opcode}, {@code .protocol}, {@code .stack}, {@code .memo}, {@code .number},
 * {@code .text}, {@code .too-large}, {@code .nesting}, {@code .expansion}, and {@code .dangerous} for a name that only an attack needs.
 */
public final class PickleReader {
    private static final int HIGHEST_PROTOCOL = 5;
    private static final int VALUE = 64;
    private static final int NAME = 128;

    private final PickleInput input;
    private final PickleStack stack;
    private final PickleMemo memo;
    private final PickleNumbers numbers;
    private final Map<Global, Global> names = new HashMap<>();

    private PickleReader(PickleInput input) {
        this.input = input;
        this.stack = new PickleStack(input);
        this.memo = new PickleMemo(input);
        this.numbers = new PickleNumbers(input);
    }

    /** Reads one pickle up to its STOP; the input then stands behind it. */
    public static PickleValue read(PickleInput input) throws IOException {
        PickleReader reader = new PickleReader(input);
        for (int count = 0; count < PickleLimits.OPCODES; count++) {
            int opcode = input.u1();
            if (opcode == '.') {
                PickleValue result = reader.stack.pop();
                reader.stack.requireEmpty();
                return result;
            }
            reader.step(opcode);
        }
        throw input.refuse("too-large", "it has more than %d instructions".formatted(PickleLimits.OPCODES));
    }

    private void step(int opcode) throws IOException {
        switch (opcode) {
            case '(' -> stack.mark();
            case '0' -> pop();
            case '1' -> stack.popToMark();
            case '2' -> stack.push(stack.peek());
            case 'N' -> stack.push(None.NONE);
            case 0x88 -> stack.push(new Bool(true));
            case 0x89 -> stack.push(new Bool(false));
            case 0x80 -> protocol();
            case 0x95 -> frame();
            case 'c' -> global(input.line(), input.line());
            case 0x93 -> stackGlobal();
            case 'R', 0x81 -> call();
            case 0x92 -> callWithNames();
            case 'i' -> classCall();
            case 'o' -> objectCall();
            case 'b' -> build();
            case 'P' -> push(new PicklePersistent(new Text(input.line())));
            case 'Q' -> push(new PicklePersistent(stack.pop()));
            default -> stepNumber(opcode);
        }
    }

    private void stepNumber(int opcode) throws IOException {
        switch (opcode) {
            case 'J' -> push(new Whole(input.i4()));
            case 'K' -> push(new Whole(input.u1()));
            case 'M' -> push(new Whole(input.u2()));
            case 'I' -> push(numbers.ofLine(true));
            case 'L' -> push(numbers.ofLine(false));
            case 0x8a -> push(numbers.ofBytes(input.u1()));
            case 0x8b -> push(numbers.ofBytes(input.i4()));
            case 'F' -> push(numbers.ofFloatLine());
            case 'G' -> push(new Decimal(input.bigEndianDouble()));
            default -> stepText(opcode);
        }
    }

    private void stepText(int opcode) throws IOException {
        switch (opcode) {
            case 'X' -> unicode(input.u4());
            case 0x8c -> unicode(input.u1());
            case 0x8d -> unicode(input.i8());
            case 'V' -> push(new Text(input.line()));
            case 'S' -> quoted();
            case 'T' -> eightBit(input.i4());
            case 'U' -> eightBit(input.u1());
            case 'B' -> skipped(input.u4());
            case 'C' -> skipped(input.u1());
            case 0x8e, 0x96 -> skipped(input.i8());
            default -> stepContainer(opcode);
        }
    }

    private void stepContainer(int opcode) throws IOException {
        switch (opcode) {
            case ']' -> sequence(Kind.LIST, List.of());
            case ')' -> sequence(Kind.TUPLE, List.of());
            case 0x8f -> sequence(Kind.SET, List.of());
            case 'l' -> sequence(Kind.LIST, stack.popToMark());
            case 't' -> sequence(Kind.TUPLE, stack.popToMark());
            case 0x91 -> sequence(Kind.SET, stack.popToMark());
            case 0x85 -> tuple(1);
            case 0x86 -> tuple(2);
            case 0x87 -> tuple(3);
            case '}' -> push(new PickleMapping());
            case 'd' -> dict();
            case 'a' -> addAll(List.of(stack.pop()));
            case 'e', 0x90 -> addAll(stack.popToMark());
            case 's' -> setOne();
            case 'u' -> setAll(stack.popToMark());
            default -> stepMemo(opcode);
        }
    }

    private void stepMemo(int opcode) throws IOException {
        switch (opcode) {
            case 'q' -> memo.put(input.u1(), stack.peek());
            case 'r' -> memo.put(input.u4(), stack.peek());
            case 'p' -> memo.put(memoNumber(), stack.peek());
            case 0x94 -> memo.putNext(stack.peek());
            case 'h' -> stack.push(memo.get(input.u1()));
            case 'j' -> stack.push(memo.get(input.u4()));
            case 'g' -> stack.push(memo.get(memoNumber()));
            default -> throw input.refuse("opcode", "0x%02x is no instruction of data".formatted(opcode));
        }
    }

    private void push(PickleValue value) {
        input.spend(VALUE);
        stack.push(value);
    }

    private void pop() {
        if (stack.isMarkOnTop()) {
            stack.popToMark();
        } else {
            stack.pop();
        }
    }

    private void protocol() throws IOException {
        int protocol = input.u1();
        if (protocol > HIGHEST_PROTOCOL) {
            throw input.refuse("protocol", "it is of protocol %d; 0 to 5 are known".formatted(protocol));
        }
    }

    private void frame() throws IOException {
        long length = input.i8();
        if (length < 0) {
            throw input.refuse("truncated", "a frame claims more bytes than there are");
        }
    }

    private void global(String module, String name) {
        Global global = new Global(module, name);
        Global known = names.get(global);
        push(known == null ? added(global) : known);
    }

    /** A name for the first time; the same few are named over and over. */
    private Global added(Global global) {
        if (DangerousNames.has(global)) {
            throw input.refuse(
                    "dangerous",
                    "it names %s, which no checkpoint needs and an attack does".formatted(printable(global)));
        }
        input.spend(NAME + global.module().length() + global.name().length());
        names.put(global, global);
        return global;
    }

    private static String printable(Global global) {
        String name = global.qualified().replaceAll("\\p{Cntrl}", "?");
        return name.length() > 100 ? name.substring(0, 100) + "…" : name;
    }

    private void stackGlobal() {
        String name = stack.pop().text();
        String module = stack.pop().text();
        if (name == null || module == null) {
            throw input.refuse("stack", "a name is made of something other than texts");
        }
        global(module, name);
    }

    private void call() {
        PickleValue arguments = stack.pop();
        push(PickleCalls.of(stack.pop(), arguments));
    }

    private void callWithNames() {
        PickleValue names = stack.pop();
        PickleValue arguments = stack.pop();
        PickleObject object = new PickleObject(stack.pop(), arguments);
        object.build(names);
        push(object);
    }

    private void classCall() throws IOException {
        PickleValue arguments = new PickleSequence(Kind.TUPLE, stack.popToMark());
        global(input.line(), input.line());
        push(PickleCalls.of(stack.pop(), arguments));
    }

    private void objectCall() {
        List<PickleValue> parts = stack.popToMark();
        if (parts.isEmpty()) {
            throw input.refuse("stack", "an object has no class");
        }
        push(PickleCalls.of(parts.getFirst(), new PickleSequence(Kind.TUPLE, parts.subList(1, parts.size()))));
    }

    /** The state of an OrderedDict is torch's {@code _metadata}, which no tensor needs. */
    private void build() {
        PickleValue state = stack.pop();
        switch (stack.peek()) {
            case PickleObject object -> object.build(state);
            case PickleMapping mapping -> mapping.count(state);
            case PickleSequence sequence -> sequence.count(state);
            case PickleValue other -> throw input.refuse("stack", "a state is set on " + other.described());
        }
        stack.requireBounded(stack.peek());
    }

    private void unicode(long length) throws IOException {
        push(new Text(PickleInput.decoded(input.bytes(length, PickleLimits.TEXT))
                .orElseThrow(() -> input.refuse("text", "a text is not UTF-8"))));
    }

    private void eightBit(long length) throws IOException {
        byte[] content = input.bytes(length, PickleLimits.TEXT);
        push(PickleInput.decoded(content).<PickleValue>map(Text::new).orElseGet(() -> new Bytes(content.length)));
    }

    private void quoted() throws IOException {
        String line = input.line().strip();
        boolean isQuoted = line.length() >= 2
                && line.charAt(0) == line.charAt(line.length() - 1)
                && (line.charAt(0) == '\'' || line.charAt(0) == '"');
        if (!isQuoted) {
            throw input.refuse("text", "a text has no quotes");
        }
        push(new Text(line.substring(1, line.length() - 1)));
    }

    private void skipped(long length) throws IOException {
        input.skip(length);
        push(new Bytes(length));
    }

    private void sequence(Kind kind, List<PickleValue> items) {
        input.spend(VALUE + 8L * items.size());
        push(new PickleSequence(kind, items));
    }

    private void tuple(int size) {
        PickleValue[] items = new PickleValue[size];
        for (int i = size - 1; i >= 0; i--) {
            items[i] = stack.pop();
        }
        sequence(Kind.TUPLE, List.of(items));
    }

    private void dict() {
        List<PickleValue> pairs = stack.popToMark();
        push(new PickleMapping());
        setAll(pairs);
    }

    private void addAll(List<PickleValue> items) {
        input.spend(8L * items.size());
        switch (stack.peek()) {
            case PickleSequence sequence when sequence.kind() != Kind.TUPLE -> items.forEach(sequence::add);
            case PickleObject object -> items.forEach(object::append);
            case PickleValue other -> throw input.refuse("stack", "items are added to " + other.described());
        }
        stack.requireBounded(stack.peek());
    }

    private void setOne() {
        PickleValue value = stack.pop();
        setAll(List.of(stack.pop(), value));
    }

    private void setAll(List<PickleValue> pairs) {
        if (pairs.size() % 2 != 0) {
            throw input.refuse("stack", "a key has no value");
        }
        input.spend(8L * pairs.size());
        PickleValue target = stack.peek();
        for (int i = 0; i < pairs.size(); i += 2) {
            switch (target) {
                case PickleMapping mapping -> mapping.put(pairs.get(i), pairs.get(i + 1));
                case PickleObject object -> object.put(pairs.get(i), pairs.get(i + 1));
                case PickleValue other -> throw input.refuse("stack", "members are set on " + other.described());
            }
        }
        stack.requireBounded(target);
    }

    private long memoNumber() throws IOException {
        return numbers.ofLine(false) instanceof Whole(long number) && number >= 0 ? number : refuseMemo();
    }

    private long refuseMemo() {
        throw input.refuse("memo", "a number of the memo is negative or huge");
    }
}

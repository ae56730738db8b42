package dev.ingot.pipeline.codec;

import dev.ingot.pipeline.event.EventKind;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How one class of records is laid out in JSON. */
record Layout(
        Class<?> type,
        Optional<String> kind,
        Optional<EventKind> event,
        List<Member> members,
        Constructor<?> constructor) {
    static final String KIND = "kind";
    static final String SCHEMA = "schema";

    private static final ClassValue<Layout> LAYOUTS = new ClassValue<>() {
        @Override
        protected Layout computeValue(Class<?> type) {
            return introspect(type);
        }
    };

    /** One component; absent is allowed for Optional, where null is, and where earlier versions did not write it: {@code whenAbsent} is JSON. */
    record Member(
            String name,
            Type type,
            boolean optional,
            boolean nullable,
            Optional<String> whenAbsent,
            RecordComponent component) {
        @Nullable
        Object of(Object record) {
            try {
                return component.getAccessor().invoke(record);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot read " + name + " of " + record.getClass(), e);
            }
        }
    }

    static Layout of(Class<?> type) {
        return LAYOUTS.get(type);
    }

    /** Index of a member, or -1. */
    int indexOf(String name) {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Calls the canonical constructor; what its checks throw comes out as it is. */
    Object construct(@Nullable Object[] values) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw new IllegalStateException("cannot make a " + type.getSimpleName(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + type.getSimpleName(), e);
        }
    }

    private static Layout introspect(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        if (components == null) {
            throw new IllegalArgumentException(type + " is not a record");
        }
        List<Member> members = Arrays.stream(components).map(Layout::member).toList();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return new Layout(type, Names.kind(type), EventKind.of(type), members, type.getDeclaredConstructor(types));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(type + " has no canonical constructor", e);
        }
    }

    private static Member member(RecordComponent component) {
        return new Member(
                component.getName(),
                component.getGenericType(),
                component.getType() == Optional.class,
                component.getAnnotatedType().isAnnotationPresent(Nullable.class),
                Optional.ofNullable(component.getAnnotation(WhenAbsent.class)).map(WhenAbsent::value),
                component);
    }
}

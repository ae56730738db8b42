package dev.ingot.standalone.training;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Copies a jar whose classes are of an old format, and gives them a format that has stack maps. The JVM verifies classes without stack maps by the
 * slow verifier of before Java 6, every time they are loaded, and no AOT cache takes them. What the classes do stays the same.
 */
public final class CurrentClasses {
    /** The first format whose classes may not do without stack maps. */
    private static final int FORMAT = ClassFile.JAVA_7_VERSION;

    private static final ClassFile CLASSES = ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS);

    private static final ClassTransform TO_FORMAT = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
            .andThen((builder, element) -> {
                if (element instanceof ClassFileVersion) {
                    builder.withVersion(FORMAT, 0);
                } else {
                    builder.with(element);
                }
            });

    private CurrentClasses() {}

    /** Arguments: the jar, which is on the class path as well, and the copy to make. */
    public static void main(String... args) throws IOException {
        copy(Path.of(args[0]), Path.of(args[1]));
    }

    /** The jar's types have to be on the class path: stack maps name what types have in common. */
    static void copy(Path jar, Path copy) throws IOException {
        try (InputStream file = Files.newInputStream(jar);
                ZipInputStream entries = new ZipInputStream(file);
                OutputStream target = Files.newOutputStream(copy);
                ZipOutputStream out = new ZipOutputStream(target)) {
            for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                byte[] content = entries.readAllBytes();
                out.putNextEntry(new ZipEntry(entry.getName()));
                out.write(entry.getName().endsWith(".class") ? current(content) : content);
                out.closeEntry();
            }
        }
    }

    private static byte[] current(byte[] content) {
        ClassModel type = CLASSES.parse(content);
        return type.majorVersion() < FORMAT ? CLASSES.transformClass(type, TO_FORMAT) : content;
    }
}

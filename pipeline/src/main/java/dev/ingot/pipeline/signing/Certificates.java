package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * X.509 certificates of signers. Paths are validated by the JDK (RFC 5280) at the time from which the signer's certificate is valid, as the reference
 * implementation does it: a signature does not go bad when its certificate ends. No revocation lists: nothing is asked of a network.
 */
final class Certificates {
    private static final int LONGEST_PATH = 16;
    private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

    private Certificates() {}

    /** Every certificate of a PEM text; RefusedInput {@code signing.not-pem}, {@code signing.certificate-damaged}. */
    static List<X509Certificate> read(String pem, String what) {
        List<X509Certificate> read = new ArrayList<>();
        for (Pem block : Pem.read(pem, what)) {
            if (!block.label().equals("CERTIFICATE")) {
                throw new RefusedInput(
                        "signing.certificate-wrong",
                        what + " holds '" + block.label() + "'; expected certificates.",
                        "name a file with certificates only");
            }
            read.add(of(block.der(), what));
        }
        return read;
    }

    /** A certificate from its DER, of which it has to be every byte. */
    static X509Certificate of(byte[] der, String what) {
        try {
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            if (!Arrays.equals(certificate.getEncoded(), der)) {
                throw new CertificateException("bytes follow its end");
            }
            return certificate;
        } catch (CertificateException e) {
            throw new RefusedInput(
                    "signing.certificate-damaged",
                    what + " holds a certificate that cannot be read: " + e.getMessage() + ".",
                    "copy it again from whoever signs",
                    e);
        }
    }

    /**
     * The key of the first certificate of {@code chain}, if a path leads from it to a root among {@code trusted} and it may sign.
     *
     * @throws RefusedInput {@code signature.untrusted} with the reason; {@code signature.no-root} where none of the trusted ones is a root
     */
    static VerifyingKey require(List<X509Certificate> chain, List<X509Certificate> trusted, String what) {
        Set<TrustAnchor> roots = trusted.stream()
                .filter(Certificates::isRoot)
                .map(root -> new TrustAnchor(root, null))
                .collect(Collectors.toSet());
        if (roots.isEmpty()) {
            throw new RefusedInput(
                    "signature.no-root",
                    "None of the " + trusted.size() + " trusted certificates is a root, one that its own key signed.",
                    "name the root as well: --certificate-chain root.pem");
        }
        X509Certificate signer = chain.getFirst();
        try {
            requireKnownSigners(chain, trusted);
            if (!trusted.contains(signer) || !isRoot(signer)) {
                CertPathBuilder.getInstance("PKIX").build(path(signer, chain, trusted, roots));
            }
        } catch (GeneralSecurityException e) {
            throw untrusted(what, signer, String.valueOf(e.getMessage()), e);
        }
        requireMaySign(signer, what);
        return VerifyingKey.of(signer.getPublicKey(), "The certificate in " + what);
    }

    private static PKIXBuilderParameters path(
            X509Certificate signer, List<X509Certificate> chain, List<X509Certificate> trusted, Set<TrustAnchor> roots)
            throws GeneralSecurityException {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(signer);
        List<X509Certificate> known = new ArrayList<>(chain);
        known.addAll(trusted);
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(roots, target);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(known)));
        parameters.setRevocationEnabled(false);
        parameters.setMaxPathLength(LONGEST_PATH);
        parameters.setDate(signer.getNotBefore());
        return parameters;
    }

    /** Also of a certificate that no path needs: otherwise a byte of it could change unseen. */
    private static void requireKnownSigners(List<X509Certificate> chain, List<X509Certificate> trusted)
            throws GeneralSecurityException {
        List<X509Certificate> signers = new ArrayList<>(chain);
        signers.addAll(trusted);
        for (X509Certificate certificate : chain) {
            if (!trusted.contains(certificate) && signers.stream().noneMatch(by -> isSigned(certificate, by))) {
                throw new CertificateException(
                        "nobody known signed the certificate of " + certificate.getSubjectX500Principal());
            }
        }
    }

    private static boolean isRoot(X509Certificate certificate) {
        return isSigned(certificate, certificate);
    }

    private static boolean isSigned(X509Certificate certificate, X509Certificate by) {
        if (!certificate.getIssuerX500Principal().equals(by.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(by.getPublicKey());
            return true;
        } catch (GeneralSecurityException other) {
            return false;
        }
    }

    /** digitalSignature among its usages, or code signing among its extended ones. */
    private static void requireMaySign(X509Certificate signer, String what) {
        boolean[] usage = signer.getKeyUsage();
        if (usage != null && usage[0]) {
            return;
        }
        try {
            List<String> extended = signer.getExtendedKeyUsage();
            if (extended == null || !extended.contains(CODE_SIGNING)) {
                throw untrusted(what, signer, "it has neither the usage digitalSignature nor codeSigning", null);
            }
        } catch (CertificateException e) {
            throw untrusted(what, signer, String.valueOf(e.getMessage()), e);
        }
    }

    private static RefusedInput untrusted(
            String what, X509Certificate signer, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        String sentence = "The certificate of %s in %s cannot be trusted: %s."
                .formatted(signer.getSubjectX500Principal(), what, why);
        String remedy = "do not use these files unless their signer is known to you by other means";
        return cause == null
                ? new RefusedInput("signature.untrusted", sentence, remedy)
                : new RefusedInput("signature.untrusted", sentence, remedy, cause);
    }
}

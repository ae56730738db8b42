"""What Ingot signs, as the reference implementation of OpenSSF Model Signing verifies it, and the other way around."""

import datetime
import os
import shutil
import subprocess
import sys

import pytest

sys.path.append(os.environ["INGOT_MODEL_SIGNING"])  # behind the tools' own packages
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.x509.oid import NameOID  # noqa: E402

PEM = serialization.Encoding.PEM


def reference(*arguments):
    """model_signing in a process of its own; its exit code and what it said."""
    environment = {**os.environ, "PYTHONPATH": os.environ["INGOT_MODEL_SIGNING"]}
    command = [sys.executable, "-m", "model_signing", *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def ingot(*arguments):
    done = subprocess.run([os.environ["INGOT"], *map(str, arguments)], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def certificate(subject, key, issuer, issuer_key, authority):
    now = datetime.datetime.now(datetime.timezone.utc)
    usage = {"digital_signature": not authority, "key_cert_sign": authority, "crl_sign": authority}
    rest = "content_commitment key_encipherment data_encipherment key_agreement encipher_only decipher_only".split()
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=10))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.KeyUsage(**usage, **dict.fromkeys(rest, False)), critical=True)
        .sign(issuer_key, hashes.SHA256())
        .public_bytes(PEM)
    )


class Method:
    """One way to sign and to verify, with the options of both tools."""

    def __init__(self, name, folder):
        self.name = name
        keys = {each: ec.generate_private_key(ec.SECP256R1()) for each in ("signer", "middle", "root")}
        key, public = folder / "key.pem", folder / "key.pub.pem"
        key.write_bytes(keys["signer"].private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        public.write_bytes(
            keys["signer"].public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
        signer, chain, root = folder / "signer.pem", folder / "chain.pem", folder / "root.pem"
        root.write_bytes(certificate("root", keys["root"], "root", keys["root"], True))
        middle = certificate("middle", keys["middle"], "root", keys["root"], True)
        chain.write_bytes(middle + root.read_bytes())
        signer.write_bytes(certificate("signer", keys["signer"], "middle", keys["middle"], False))
        self.ingot_signs = ["--signing-key", key]
        self.ingot_verifies = ["--key", public]
        self.reference_signs = ["--private_key", key]
        self.reference_verifies = ["--public_key", public]
        if name == "certificate":
            self.ingot_signs += ["--signing-certificate", signer, "--signing-chain", chain]
            self.ingot_verifies = ["--certificate-chain", root]
            self.reference_signs += ["--signing_certificate", signer, "--certificate_chain", chain]
            self.reference_verifies = ["--certificate_chain", root]

    def by_ingot(self, folder):
        return ingot("verify", folder, *self.ingot_verifies)

    def by_reference(self, folder):
        return reference("verify", self.name, folder, *self.reference_verifies, "--signature", folder / "model.sig")


@pytest.fixture(scope="module", params=["key", "certificate"])
def method(request, tmp_path_factory):
    return Method(request.param, tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def signed(method, demo, merge):
    """A checkpoint that Ingot signed."""
    return merge(demo / "base-nf4", demo / "jargon-lora", "--validate", "structure", *method.ingot_signs)


@pytest.fixture(scope="module")
def theirs(method, signed, tmp_path_factory):
    """The same files, signed by the reference."""
    folder = tmp_path_factory.mktemp("theirs") / "model"
    shutil.copytree(signed, folder)
    for ours in ("model.sig", "provenance.intoto.jsonl"):
        (folder / ours).unlink()
    (folder / "sub").mkdir()
    (folder / "sub" / "b.txt").write_text("b\n")
    (folder / "sub-a.txt").write_text("a\n")
    (folder / ".gitattributes").write_text("* -text\n")
    code, said = reference("sign", method.name, folder, *method.reference_signs, "--signature", folder / "model.sig")
    assert code == 0, said
    return folder


def accepted(done):
    code, said = done
    assert code == 0, said


def refused(done, place):
    code, said = done
    assert code not in (0, 2), f"{place}: {said}"
    return said


def test_the_reference_verifies_what_ingot_signs(method, signed):
    accepted(method.by_reference(signed))
    accepted(method.by_ingot(signed))


def test_ingot_verifies_what_the_reference_signs(method, theirs):
    accepted(method.by_ingot(theirs))
    accepted(method.by_reference(theirs))


def test_another_key_is_refused_by_both(method, signed, tmp_path):
    other = Method(method.name, tmp_path)
    refused(other.by_reference(signed), "reference")
    refused(other.by_ingot(signed), "ingot")


FLIPPED = {
    "signed": ["model.safetensors", "plan.json", "provenance.intoto.jsonl", "model.sig"],
    "theirs": ["sub/b.txt", "model.sig"],
}


@pytest.mark.parametrize("whose", FLIPPED)
def test_a_flipped_byte_is_found_by_both(method, whose, request, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(request.getfixturevalue(whose), folder)
    for name in FLIPPED[whose]:
        file = folder / name
        whole = file.read_bytes()
        at = len(whole) // 2
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        said = refused(method.by_ingot(folder), file)
        assert name == "model.sig" or f"{name} differs" in said
        refused(method.by_reference(folder), file)
        file.write_bytes(whole)
    accepted(method.by_ingot(folder))


def test_a_missing_and_an_extra_file_are_found_by_both(method, signed, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(signed, folder)
    (folder / "code.py").write_text("")
    assert "code.py is extra" in refused(method.by_ingot(folder), "extra")
    refused(method.by_reference(folder), "extra")
    (folder / "code.py").unlink()
    (folder / "provenance.intoto.jsonl").unlink()
    assert "provenance.intoto.jsonl is missing" in refused(method.by_ingot(folder), "missing")
    refused(method.by_reference(folder), "missing")


def test_what_hugging_faces_client_notes_beside_its_download_does_not_count(method, signed, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(signed, folder)
    notes = folder / ".cache" / "huggingface" / "download"
    notes.mkdir(parents=True)
    (notes / "config.json.metadata").write_text("x\n")
    (folder / ".gitattributes").write_text("* -text\n")
    accepted(method.by_ingot(folder))
    accepted(method.by_reference(folder))


def test_a_version_comes_out_of_its_plan_again(method, demo, signed):
    if method.name == "key":
        accepted(
            ingot("rebuild", signed, "--check", "--base", demo / "base-nf4", "--adapter", demo / "jargon-lora", *method.ingot_verifies)
        )

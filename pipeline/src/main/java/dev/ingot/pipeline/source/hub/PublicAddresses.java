package dev.ingot.pipeline.source.hub;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses belong to the public internet, by IANA's registries of special-purpose addresses: of IPv4 all but the reserved blocks; of IPv6 the global
 * unicast block without the tunnels that carry an IPv4 address in them, and NAT64's well-known prefix where that address is public.
 */
final class PublicAddresses {
    private static final List<Block> RESERVED = List.of(
            block("0.0.0.0", 8),
            block("10.0.0.0", 8),
            block("100.64.0.0", 10),
            block("127.0.0.0", 8),
            block("169.254.0.0", 16),
            block("172.16.0.0", 12),
            block("192.0.0.0", 24),
            block("192.0.2.0", 24),
            block("192.88.99.0", 24),
            block("192.168.0.0", 16),
            block("198.18.0.0", 15),
            block("198.51.100.0", 24),
            block("203.0.113.0", 24),
            block("224.0.0.0", 3),
            block("2001::", 23),
            block("2001:db8::", 32),
            block("2002::", 16),
            block("3fff::", 20));
    private static final Block GLOBAL = block("2000::", 3);
    private static final Block NAT64 = block("64:ff9b::", 96);
    private static final int IPV4_IN_NAT64 = 12;

    private PublicAddresses() {}

    static boolean has(InetAddress address) {
        if (address instanceof Inet6Address && NAT64.holds(address)) {
            return has(of(Arrays.copyOfRange(address.getAddress(), IPV4_IN_NAT64, IPV4_IN_NAT64 + 4)));
        }
        boolean unicast = !(address instanceof Inet6Address) || GLOBAL.holds(address);
        return unicast && RESERVED.stream().noneMatch(block -> block.holds(address));
    }

    private record Block(byte[] first, int bits) {
        boolean holds(InetAddress address) {
            byte[] bytes = address.getAddress();
            if (bytes.length != first.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> bit % Byte.SIZE;
                if (((bytes[bit / Byte.SIZE] ^ first[bit / Byte.SIZE]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private static Block block(String first, int bits) {
        return new Block(InetAddress.ofLiteral(first).getAddress(), bits);
    }

    private static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}

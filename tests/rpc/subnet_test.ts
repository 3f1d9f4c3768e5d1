import { subnetOf } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";

Deno.test("subnetOf() names a host of IPv4 itself, and the first 64 bits of one of IPv6", () => {
  const cases: [string, string][] = [
    ["192.0.2.7", "192.0.2.7"],
    ["cmud-a", "cmud-a"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["[::FFFF:192.0.2.7]", "192.0.2.7"],
    ["[2001:db8:1:2:3:4:5:6]", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::6", "2001:db8:1:2::/64"],
    ["2001:db8::6", "2001:db8:0:0::/64"],
    ["[fe80::1%eth0]", "fe80:0:0:0::/64"],
    ["[::1]", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    // What a proxy says may be anything.
    ["1:2:3:4:5:6:7:8:9::10", "1:2:3:4::/64"],
    [":::::", "0:0:0:0::/64"],
    ["", ""],
  ];
  for (const [host, subnet] of cases) assertEquals(subnetOf(host), subnet, host);
});

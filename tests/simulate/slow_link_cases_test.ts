import { longSlowLinkCases, slowLinkCases } from "./slow_link_cases.ts";
import { testCases } from "./test_cases.ts";

testCases({ ...slowLinkCases, ...longSlowLinkCases });

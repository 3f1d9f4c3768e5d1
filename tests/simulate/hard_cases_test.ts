import { hardCases } from "./hard_cases.ts";
import { testCases } from "./test_cases.ts";

testCases(hardCases);

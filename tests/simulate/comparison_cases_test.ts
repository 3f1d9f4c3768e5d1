import { comparisonCases } from "./comparison_cases.ts";
import { testCases } from "./test_cases.ts";

testCases(comparisonCases);

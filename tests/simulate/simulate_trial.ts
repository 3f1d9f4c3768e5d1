import { testSeeds } from "./converging_seeds.ts";

testSeeds({ random: 200, crash: 50, burst: 3, return: 60 });

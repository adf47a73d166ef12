/** Creates a seeded generator of integers below a bound (Park and Miller). */
export function seededIntegers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

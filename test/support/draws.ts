/** A seeded source of whole numbers below a bound (Park and Miller's generator). */
export function draws(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

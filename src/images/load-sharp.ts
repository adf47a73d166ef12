/** Decodes and encodes pictures. Loaded for the first of them: it takes a fifth of the memory of a gateway that shows none. */
export const loadSharp = async () => (await import('sharp')).default;

declare module 'relay-compiler' {
  /** Path of the compiler binary for this platform. */
  const binary: string;
  export default binary;
}

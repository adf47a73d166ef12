declare module 'relay-compiler' {
  /** Where the compiler for this machine is. */
  const binary: string;
  export default binary;
}

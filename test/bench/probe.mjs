// Loaded into the gateway before its program, to collect its garbage on demand. Needs --expose-gc and an IPC channel.
process.on('message', ({ id }) => {
  globalThis.gc();
  setImmediate(() => {
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    process.send({ id, result: { heapUsed, external } });
  });
});
process.channel.unref();

// Preloaded into the gateway: the first SIGUSR2 starts a profile, the second writes it to PROFILE_FILE.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const session = new Session();
session.connect();
await session.post('Profiler.enable');
// In microseconds.
await session.post('Profiler.setSamplingInterval', { interval: 200 });

let isProfiling = false;
process.on('SIGUSR2', async () => {
  isProfiling = !isProfiling;
  if (isProfiling) return void (await session.post('Profiler.start'));
  const { profile } = await session.post('Profiler.stop');
  writeFileSync(process.env.PROFILE_FILE, JSON.stringify(profile));
});

import type { World } from './world.ts';
export function seedDemoData(_world: World): void {}

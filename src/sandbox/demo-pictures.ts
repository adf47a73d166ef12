import type { Draw } from './pictures.ts';
export const drawDemoPicture: Draw = async () => new Uint8Array();

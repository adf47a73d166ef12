import type { Wire } from '../contract/contract.ts';
import type { DemoImage } from './demo-images.ts';

/** A model of the demo data. */
export interface DemoModel {
  displayName: string;
  /** Days before the first start. */
  age: number;
  motif: DemoImage['motif'];
  palette: DemoImage['palette'];
  images: number;
  /** Oldest first. */
  trainings: readonly DemoTraining[];
}

/** A training of the demo data. */
export interface DemoTraining {
  triggerWord: string;
  request: Wire['StartTraining'];
  /** State at the first start of the sandbox. Unfinished trainings continue from there. */
  initialState: 'completed' | 'canceled' | 'processing' | 'queued' | { failed: string };
  /** Days before the first start; ignored for unfinished trainings. */
  age?: number;
}

/** A prediction of the demo data. */
export interface DemoPrediction {
  /** Weights by model name. */
  scales: Readonly<Record<string, number>>;
  request: Omit<Wire['CreatePrediction'], 'scaleConfigs'>;
  /** Days before the first start. */
  age: number;
  /** Error message of a failed prediction. */
  failure?: string;
}

const fast = (trainingStrength: number, isStyle: boolean): Wire['StartTraining'] => ({
  trainingStrength,
  trainingSpeed: 'fast',
  isStyle,
});
const highQuality = (trainingStrength: number, trainingStyle: Wire['TrainingStyle']): Wire['StartTraining'] => ({
  trainingStrength,
  trainingSpeed: 'high_quality',
  trainingStyle,
});

/** Oldest first. */
export const demoModels: readonly DemoModel[] = [
  {
    displayName: 'Travel Posters',
    age: 21,
    motif: 'poster',
    palette: ['#f6c667', '#e8743b', '#5b2333', '#b23a48', '#fff0c2'],
    images: 4,
    trainings: [
      {
        triggerWord: 'TVP36XD',
        request: fast(9, true),
        initialState: { failed: 'The training images are too much alike to learn from.' },
        age: 20,
      },
      { triggerWord: 'OYL84RW', request: highQuality(6, 'style'), initialState: 'queued' },
    ],
  },
  {
    displayName: 'Botanical Prints',
    age: 14,
    motif: 'leaf',
    palette: ['#eef3df', '#cfe0b8', '#3f8f4f', '#1f5b3a', '#e2725b'],
    images: 5,
    trainings: [
      { triggerWord: 'BTU19GS', request: highQuality(3, 'content'), initialState: 'canceled', age: 13.5 },
      { triggerWord: 'MCE72LF', request: highQuality(8, 'style'), initialState: 'completed', age: 13 },
    ],
  },
  {
    displayName: 'Nordic Ceramics',
    age: 9,
    motif: 'vase',
    palette: ['#dfe9ee', '#b9cbd6', '#f4f1ea', '#7fa0b5', '#1f4b73'],
    images: 5,
    trainings: [{ triggerWord: 'HLV27CM', request: fast(6, false), initialState: 'completed', age: 8 }],
  },
  {
    displayName: 'Neon Sneakers',
    age: 5,
    motif: 'sneaker',
    palette: ['#170f2e', '#35105a', '#ff2bd6', '#00e5ff', '#c6ff00'],
    images: 5,
    trainings: [
      { triggerWord: 'ZRX58NK', request: fast(5, true), initialState: 'completed', age: 4 },
      { triggerWord: 'PWD63HY', request: highQuality(9, 'balanced'), initialState: 'processing' },
    ],
  },
  {
    displayName: 'Summer Collection Style Model',
    age: 3,
    motif: 'dress',
    palette: ['#fde8d7', '#f7c8b8', '#f2788f', '#c8385f', '#ffe08a'],
    images: 6,
    trainings: [{ triggerWord: 'FJA90AB', request: highQuality(7, 'balanced'), initialState: 'completed', age: 2.5 }],
  },
];

/** Oldest first. */
export const demoPredictions: readonly DemoPrediction[] = [
  {
    scales: { 'Botanical Prints': 1 },
    request: {
      prompt: 'Wallpaper with climbing leaves, MCE72LF',
      seed: 11,
      num_images: 2,
      image_size: { width: 768, height: 1_024 },
    },
    age: 12,
  },
  {
    scales: { 'Neon Sneakers': 0.9 },
    request: {
      prompt: 'ZRX58NK running at night, long exposure',
      seed: 7,
      image_size: { width: 1_280, height: 720 },
      guidance_scale: 8.5,
    },
    age: 3.9,
  },
  {
    scales: { 'Neon Sneakers': 1 },
    request: { prompt: 'A sneaker on a white table (the trigger word was forgotten)', seed: 7 },
    age: 3.8,
  },
  {
    scales: { 'Nordic Ceramics': 1 },
    request: { prompt: 'HLV27CM vase, studio light' },
    age: 2.2,
    failure: 'The image was held back by the safety filter.',
  },
  {
    scales: { 'Summer Collection Style Model': 1 },
    request: {
      prompt: 'A summer dress with floral pattern in style of FJA90AB',
      seed: 90,
      num_images: 4,
      image_size: { width: 1_024, height: 1_024 },
      guidance_scale: 7.5,
      num_inference_steps: 50,
    },
    age: 2,
  },
  {
    scales: { 'Summer Collection Style Model': 0.6, 'Nordic Ceramics': 0.4 },
    request: { prompt: 'A summer dress in style of FJA90AB glazed like HLV27CM', seed: 2_027, num_images: 2 },
    age: 0.5,
  },
];

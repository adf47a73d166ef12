/** React hooks of the client library. */
export { FlairProvider, useFlair } from './provider.ts';
export type { JobResult, JobsResult, ModelsResult, Upload, UploadFile } from './types.ts';
export { useJob, useJobs } from './use-jobs.ts';
export { useModels } from './use-models.ts';
export { useUpload } from './use-upload.ts';

// The dialogs that change chosen transfers, as the page loads them: together.

export { DeleteLocked } from './delete-locked.tsx'
export { Labels } from './labels.tsx'
export { Limits } from './limits.tsx'
export { RemoveData } from './remove-data.tsx'
export { Rename } from './rename.tsx'
export { StopRule } from './stop-rule.tsx'
export { Trackers } from './trackers.tsx'

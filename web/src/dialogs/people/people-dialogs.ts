// The dialogs of People in one chunk: each is small.

export { LeaveCircle } from './leave-circle.tsx'
export { NewCircle } from './new-circle.tsx'
export { PeopleLinkDialog } from './people-link.tsx'
export { WordsDialog } from './words.tsx'

// Signs drawn with one line. They never carry meaning alone: a word stands beside them or names them.

import type { ReactNode } from 'react'

/** On a field of 20 × 20, drawn with strokes. */
const PATHS = {
  transfers: 'M6 4v11M6 15l-3-3M6 15l3-3M14 16V5M14 5l-3 3M14 5l3 3',
  library: 'M3 5.5h5l1.5 2H17v8H3zM3 7.5h6.5',
  network:
    'M10 4.5a2 2 0 1 0 0-.01M5 15.5a2 2 0 1 0 0-.01M15 15.5a2 2 0 1 0 0-.01M9.2 6.3 5.9 11.6M10.8 6.3l3.3 5.3M7 13.5h6',
  settings: 'M3 6h8M15 6h2M3 14h2M9 14h8M13 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4M7 12a2 2 0 1 0 0 4 2 2 0 0 0 0-4',
  down: 'M10 3.5v12M10 15.5l-4.5-4.5M10 15.5l4.5-4.5',
  up: 'M10 16.5v-12M10 4.5 5.5 9M10 4.5 14.5 9',
  pause: 'M7 4.5v11M13 4.5v11',
  resume: 'M6.5 4.5v11l9-5.5z',
  remove: 'M4 6h12M8 6V4h4v2M5.5 6l.8 10h7.4l.8-10M8.5 9v4.5M11.5 9v4.5',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  close: 'M5 5l10 10M15 5 5 15',
  check: 'M4 10.5l4 4 8-9',
  chevronDown: 'M5 8l5 5 5-5',
  chevronRight: 'M8 5l5 5-5 5',
  chevronLeft: 'M12 5l-5 5 5 5',
  chevronUp: 'M5 12l5-5 5 5',
  search: 'M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4M13 13l4 4',
  plus: 'M10 4v12M4 10h12',
  folder: 'M3 5.5h5l1.5 2H17v8H3z',
  file: 'M5.5 3.5h6l3 3v10h-9zM11.5 3.5v3h3',
  link: 'M8.5 11.5a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2L10.5 5.3M11.5 8.5a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1-1',
  share: 'M10 12V3.5M10 3.5 6.8 6.7M10 3.5l3.2 3.2M4.5 10.5v6h11v-6',
  get: 'M10 3.5V12M10 12 6.8 8.8M10 12l3.2-3.2M4.5 13.5v3h11v-3',
  locked: 'M5.5 9h9v7.5h-9zM7.5 9V6.5a2.5 2.5 0 0 1 5 0V9',
  warning: 'M10 3.5 17.5 16.5H2.5zM10 8v4M10 14.3h.01',
  info: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 9v5M10 6.3h.01',
  reload: 'M15.5 10a5.5 5.5 0 1 1-1.6-3.9L15.8 8M15.8 4v4h-4',
  columns: 'M3.5 4.5h13v11h-13zM8 4.5v11M12.5 4.5v11',
  rows: 'M3.5 5.5h13M3.5 10h13M3.5 14.5h13',
  filter: 'M3.5 5h13L11.5 11v5l-3-1.5V11z',
  tag: 'M3.5 3.5h6l7 7-6 6-7-7zM7 7h.01',
  move: 'M3 5.5h5l1.5 2H17v8H3zM8 11.5h5M11 9.5l2 2-2 2',
  people:
    'M7.5 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M2.5 16c0-3 2-4.8 5-4.8s5 1.8 5 4.8M13 5a2.3 2.3 0 0 1 0 4.4M14.5 11.6c2 .6 3 2.2 3 4.4',
  person: 'M10 4a2.8 2.8 0 1 0 0 5.6A2.8 2.8 0 0 0 10 4M4.5 16.5c0-3.2 2.3-5 5.5-5s5.5 1.8 5.5 5',
  room: 'M3.5 4.5h13v9h-7l-3.5 3v-3H3.5z',
  nearby:
    'M10 9a1 1 0 1 0 0 2 1 1 0 0 0 0-2M6.6 13.4a4.8 4.8 0 0 1 0-6.8M13.4 6.6a4.8 4.8 0 0 1 0 6.8M4.3 15.7a8 8 0 0 1 0-11.4M15.7 4.3a8 8 0 0 1 0 11.4',
  send: 'M3.5 10.5 16.5 4l-4 12.5-3-5zM9.5 11.5 16.5 4',
  reply: 'M8 5 3.5 9.5 8 14M3.5 9.5h7c3.5 0 6 2 6 5.5',
  bell: 'M10 3.5a4 4 0 0 0-4 4c0 4-1.5 5-1.5 6h11c0-1-1.5-2-1.5-6a4 4 0 0 0-4-4M8.5 16a1.6 1.6 0 0 0 3 0',
  pin: 'M10 3v8M6 11h8M10 11v6',
  phone: 'M6 2.5h8v15H6zM9 15h2',
  stop: 'M5 5h10v10H5z',
  grip: 'M8 5h.01M12 5h.01M8 10h.01M12 10h.01M8 15h.01M12 15h.01',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { readonly name: IconName }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}

// Making a library folder, its proposals, or something that is shared already visible to more people: the review step of sharing,
// with nothing to choose before it.

import { type ReactNode, useState } from 'react'
import type { DialogProps } from '../app/dialogs.ts'
import { Review } from './share/review.tsx'
import './share/share.css'

export function OfferDialog({ subject, close }: DialogProps<'offer'>): ReactNode {
  const [fixed] = useState(subject)
  return <Review subject={fixed} onBack={undefined} onDone={(_, who) => close(who)} close={() => close()} />
}

// A button that looks like a word in a sentence.

import type { ReactNode } from 'react'
import './button.css'

export function TextButton({
  onPress,
  children,
}: {
  readonly onPress: () => void
  readonly children: ReactNode
}): ReactNode {
  return (
    <button type="button" className="text-button" onClick={onPress}>
      {children}
    </button>
  )
}

// A QR code, always dark on light: cameras read it so in both themes.

import { type ReactNode, useMemo } from 'react'
import { qrPath } from './qr-path.ts'
import './qr-code.css'

/** Nothing at all for text that fits in no code. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const drawn = useMemo(() => qrPath(text), [text])
  if (drawn === undefined) return null
  const { size, path } = drawn
  return (
    <svg className="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect className="qr-light" width={size} height={size} />
      <path className="qr-dark" d={path} />
    </svg>
  )
}

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** The heading of what a form has brought. It takes the focus from the form, also where that is gone. */
export function ResultHeading({ children }: { readonly children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body || focused.closest('form') !== null) {
      heading.current?.focus();
    }
  }, []);
  return (
    <h2 ref={heading} class="big" tabIndex={-1}>
      {children}
    </h2>
  );
}

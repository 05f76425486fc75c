import { Component, type ComponentChildren } from 'preact';

interface GuardProps {
  readonly otherwise: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Draws something else where its content cannot be drawn. */
export class Guard extends Component<GuardProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  static override getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render({ otherwise, children }: GuardProps) {
    return this.state.hasFailed ? otherwise : children;
  }
}

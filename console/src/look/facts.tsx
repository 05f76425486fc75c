import { Fragment, type ComponentChildren } from 'preact';

export type Fact = readonly [name: ComponentChildren, value: ComponentChildren];

/** Names with their values. Values that are empty, and facts that are `false`, are left out. */
export function Facts({ facts }: { readonly facts: readonly (Fact | false)[] }) {
  return (
    <dl class="facts-list">
      {facts.map((fact, index) => {
        if (fact === false || fact[1] === '') return null;
        const [name, value] = fact;
        return (
          <Fragment key={index}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        );
      })}
    </dl>
  );
}

"""The sign-in policy, for the console and `idp policy`: rules, what they come to, and why somebody was asked.

    typed values ──fields.parse──▶ Terms ──changes.propose──▶ Proposal (present rules + one changed rule)
                                                                   │
          words.describe, compare        the difference in words ◀─┤
          preview.count                  whom it would concern   ◀─┤
          changes.save                   a new version           ◀─┘   refused if no owner could sign in any more

    explain.explain    person, app, network, device, request ──▶ the rules that apply, joined, and the pages
    simulate_sign_in   the pages of one sign-in, by `evaluate_flow` and `next_step` themselves

Nothing here decides a step or joins rules by itself: `login.policy` does, for real sign-ins and for simulated ones.
"""

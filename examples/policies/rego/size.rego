# A plan that nobody can review is approved by somebody. with: {most: 50}
package reconciler.size

require_approval contains sprintf("it takes %d steps, and %d are looked at", [taken, input.params.most]) if {
	taken := count(input.plan.actions)
	taken > input.params.most
}

# The same as owners.yaml, in Rego.
package reconciler.owners

each := "step"

deny contains sprintf("it has no label %s", [input.params.label]) if {
	input.step.kind == "launch_plan"
	input.step.verb == "create"
	not has_owner
}

has_owner if {
	some label, owner in input.object.spec.labels.values
	label == input.params.label
	owner != ""
}

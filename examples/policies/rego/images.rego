# The same as images.yaml, in Rego.
package reconciler.images

each := "step"

deny contains sprintf("image %s has no digest", [image]) if {
	some image in input.images
	not contains(image, "@sha256:")
	not contains(image, "{{")
}

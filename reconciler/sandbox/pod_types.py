"""Kubernetes' PodSpec and what is in it, as Go declares them.

One block a struct: its name, then its fields with their types. `=T` is a text with a Go type of
its own; `any` is looked at no further. Rarely used sources of volumes are left out: whatever
stands in them passes.

Source: k8s.io/api v0.34.1, core/v1/types.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_DECLARED = """
PodSpec
  volumes []Volume; initContainers []Container; containers []Container
  ephemeralContainers []EphemeralContainer; restartPolicy =RestartPolicy
  terminationGracePeriodSeconds int64; activeDeadlineSeconds int64; dnsPolicy =DNSPolicy
  nodeSelector map[string]string; serviceAccountName string; serviceAccount string
  automountServiceAccountToken bool; nodeName string; hostNetwork bool; hostPID bool
  hostIPC bool; shareProcessNamespace bool; securityContext PodSecurityContext
  imagePullSecrets []LocalObjectReference; hostname string; subdomain string; affinity Affinity
  schedulerName string; tolerations []Toleration; hostAliases []HostAlias
  priorityClassName string; priority int32; dnsConfig PodDNSConfig
  readinessGates []PodReadinessGate; runtimeClassName string; enableServiceLinks bool
  preemptionPolicy =PreemptionPolicy; overhead ResourceList
  topologySpreadConstraints []TopologySpreadConstraint; setHostnameAsFQDN bool; os PodOS
  hostUsers bool; schedulingGates []PodSchedulingGate; resourceClaims []PodResourceClaim
  resources ResourceRequirements; hostnameOverride string
Container
  name string; image string; command []string; args []string; workingDir string
  ports []ContainerPort; envFrom []EnvFromSource; env []EnvVar; resources ResourceRequirements
  resizePolicy []ContainerResizePolicy; restartPolicy =ContainerRestartPolicy
  restartPolicyRules []ContainerRestartRule; volumeMounts []VolumeMount
  volumeDevices []VolumeDevice; livenessProbe Probe; readinessProbe Probe; startupProbe Probe
  lifecycle Lifecycle; terminationMessagePath string
  terminationMessagePolicy =TerminationMessagePolicy; imagePullPolicy =PullPolicy
  securityContext SecurityContext; stdin bool; stdinOnce bool; tty bool
EphemeralContainer
  @Container; targetContainerName string
ContainerPort
  name string; hostPort int32; containerPort int32; protocol =Protocol; hostIP string
EnvFromSource
  prefix string; configMapRef ConfigMapEnvSource; secretRef SecretEnvSource
ConfigMapEnvSource
  name string; optional bool
SecretEnvSource
  name string; optional bool
EnvVar
  name string; value string; valueFrom EnvVarSource
EnvVarSource
  fieldRef ObjectFieldSelector; resourceFieldRef ResourceFieldSelector
  configMapKeyRef ConfigMapKeySelector; secretKeyRef SecretKeySelector
ObjectFieldSelector
  apiVersion string; fieldPath string
ResourceFieldSelector
  containerName string; resource string; divisor Quantity
ConfigMapKeySelector
  name string; key string; optional bool
SecretKeySelector
  name string; key string; optional bool
ResourceRequirements
  limits ResourceList; requests ResourceList; claims []ResourceClaim
ResourceClaim
  name string; request string
ContainerResizePolicy
  resourceName =ResourceName; restartPolicy =ResourceResizeRestartPolicy
ContainerRestartRule
  action =ContainerRestartRuleAction; exitCodes any
VolumeMount
  name string; readOnly bool; recursiveReadOnly =RecursiveReadOnlyMode; mountPath string
  subPath string; mountPropagation =MountPropagationMode; subPathExpr string
VolumeDevice
  name string; devicePath string
Probe
  exec ExecAction; httpGet HTTPGetAction; tcpSocket TCPSocketAction; grpc GRPCAction
  initialDelaySeconds int32; timeoutSeconds int32; periodSeconds int32; successThreshold int32
  failureThreshold int32; terminationGracePeriodSeconds int64
ExecAction
  command []string
HTTPGetAction
  path string; port IntOrString; host string; scheme =URIScheme; httpHeaders []HTTPHeader
HTTPHeader
  name string; value string
TCPSocketAction
  port IntOrString; host string
GRPCAction
  port int32; service string
Lifecycle
  postStart LifecycleHandler; preStop LifecycleHandler; stopSignal =Signal
LifecycleHandler
  exec ExecAction; httpGet HTTPGetAction; tcpSocket TCPSocketAction; sleep SleepAction
SleepAction
  seconds int64
SecurityContext
  capabilities Capabilities; privileged bool; seLinuxOptions SELinuxOptions
  windowsOptions WindowsSecurityContextOptions; runAsUser int64; runAsGroup int64
  runAsNonRoot bool; readOnlyRootFilesystem bool; allowPrivilegeEscalation bool
  procMount =ProcMountType; seccompProfile SeccompProfile; appArmorProfile AppArmorProfile
Capabilities
  add []=Capability; drop []=Capability
SELinuxOptions
  user string; role string; type string; level string
WindowsSecurityContextOptions
  gmsaCredentialSpecName string; gmsaCredentialSpec string; runAsUserName string
  hostProcess bool
SeccompProfile
  type =SeccompProfileType; localhostProfile string
AppArmorProfile
  type =AppArmorProfileType; localhostProfile string
PodSecurityContext
  seLinuxOptions SELinuxOptions; windowsOptions WindowsSecurityContextOptions; runAsUser int64
  runAsGroup int64; runAsNonRoot bool; supplementalGroups []int64
  supplementalGroupsPolicy =SupplementalGroupsPolicy; fsGroup int64; sysctls []Sysctl
  fsGroupChangePolicy =PodFSGroupChangePolicy; seccompProfile SeccompProfile
  appArmorProfile AppArmorProfile; seLinuxChangePolicy =PodSELinuxChangePolicy
Sysctl
  name string; value string
LocalObjectReference
  name string
Toleration
  key string; operator =TolerationOperator; value string; effect =TaintEffect
  tolerationSeconds int64
HostAlias
  ip string; hostnames []string
PodDNSConfig
  nameservers []string; searches []string; options []PodDNSConfigOption
PodDNSConfigOption
  name string; value string
PodReadinessGate
  conditionType =PodConditionType
PodOS
  name =OSName
PodSchedulingGate
  name string
PodResourceClaim
  name string; resourceClaimName string; resourceClaimTemplateName string
TopologySpreadConstraint
  maxSkew int32; topologyKey string; whenUnsatisfiable =UnsatisfiableConstraintAction
  labelSelector LabelSelector; minDomains int32; nodeAffinityPolicy =NodeInclusionPolicy
  nodeTaintsPolicy =NodeInclusionPolicy; matchLabelKeys []string
LabelSelector
  matchLabels map[string]string; matchExpressions []LabelSelectorRequirement
LabelSelectorRequirement
  key string; operator =LabelSelectorOperator; values []string
Affinity
  nodeAffinity NodeAffinity; podAffinity PodAffinity; podAntiAffinity PodAntiAffinity
NodeAffinity
  requiredDuringSchedulingIgnoredDuringExecution NodeSelector
  preferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm
NodeSelector
  nodeSelectorTerms []NodeSelectorTerm
NodeSelectorTerm
  matchExpressions []NodeSelectorRequirement; matchFields []NodeSelectorRequirement
NodeSelectorRequirement
  key string; operator =NodeSelectorOperator; values []string
PreferredSchedulingTerm
  weight int32; preference NodeSelectorTerm
PodAffinity
  requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm
PodAntiAffinity
  requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm
PodAffinityTerm
  labelSelector LabelSelector; namespaces []string; topologyKey string
  namespaceSelector LabelSelector; matchLabelKeys []string; mismatchLabelKeys []string
WeightedPodAffinityTerm
  weight int32; podAffinityTerm PodAffinityTerm
Volume
  name string; hostPath HostPathVolumeSource; emptyDir EmptyDirVolumeSource
  secret SecretVolumeSource; nfs NFSVolumeSource; configMap ConfigMapVolumeSource
  persistentVolumeClaim PersistentVolumeClaimVolumeSource; projected ProjectedVolumeSource
  downwardAPI DownwardAPIVolumeSource; csi CSIVolumeSource; ephemeral any
  gcePersistentDisk any; awsElasticBlockStore any; gitRepo any; iscsi any; glusterfs any
  rbd any; flexVolume any; cinder any; cephfs any; flocker any; fc any; azureFile any
  vsphereVolume any; quobyte any; azureDisk any; photonPersistentDisk any
  portworxVolume any; scaleIO any; storageos any; image any
HostPathVolumeSource
  path string; type =HostPathType
EmptyDirVolumeSource
  medium =StorageMedium; sizeLimit Quantity
SecretVolumeSource
  secretName string; items []KeyToPath; defaultMode int32; optional bool
KeyToPath
  key string; path string; mode int32
NFSVolumeSource
  server string; path string; readOnly bool
ConfigMapVolumeSource
  name string; items []KeyToPath; defaultMode int32; optional bool
PersistentVolumeClaimVolumeSource
  claimName string; readOnly bool
ProjectedVolumeSource
  sources []VolumeProjection; defaultMode int32
VolumeProjection
  secret any; downwardAPI any; configMap any; serviceAccountToken any; clusterTrustBundle any
DownwardAPIVolumeSource
  items []DownwardAPIVolumeFile; defaultMode int32
DownwardAPIVolumeFile
  path string; fieldRef ObjectFieldSelector; resourceFieldRef ResourceFieldSelector; mode int32
CSIVolumeSource
  driver string; readOnly bool; fsType string; volumeAttributes map[string]string
  nodePublishSecretRef LocalObjectReference
"""


@dataclass(frozen=True)
class Plain:
    """A type that holds no other: how Go prints it, and what JSON it takes."""

    name: str
    kind: str

    def __str__(self) -> str:
        return self.name

    def accepts(self, value: object) -> bool:
        """Tell whether a JSON value fits."""
        if self.kind == "any":
            return True
        if self.kind == "string":
            return isinstance(value, str)
        if self.kind == "bool":
            return isinstance(value, bool)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self.kind == "int or string" and isinstance(value, str)
        return float(value).is_integer() and abs(value) < self._bound()

    def _bound(self) -> float:
        return 2.0**63 if self.kind == "int64" else 2.0**31


@dataclass(frozen=True)
class List:
    """A slice."""

    item: "GoType"

    def __str__(self) -> str:
        return f"[]{self.item}"


@dataclass(frozen=True)
class Map:
    """A map with text keys; `name` if the type has one of its own."""

    item: "GoType"
    name: str = ""

    def __str__(self) -> str:
        return self.name or f"map[string]{self.item}"


@dataclass(frozen=True)
class Struct:
    """A struct; `fields` by the names that JSON has for them."""

    name: str
    fields: dict[str, "GoType"] = field(default_factory=dict, compare=False, repr=False)

    def __str__(self) -> str:
        return f"v1.{self.name}"

    def find(self, key: str) -> str | None:
        """Return the name of the field that a JSON key means, exact or in another case."""
        if key in self.fields:
            return key
        folded = key.casefold()
        return next((name for name in self.fields if name.casefold() == folded), None)


GoType = Plain | List | Map | Struct

QUANTITY = Plain("resource.Quantity", "quantity")
_BUILT_IN: Mapping[str, GoType] = {
    **{name: Plain(name, name) for name in ("string", "bool", "int32", "int64", "any")},
    "Quantity": QUANTITY,
    "IntOrString": Plain("int32", "int or string"),
    "ResourceList": Map(QUANTITY, "v1.ResourceList"),
}


def _parse(declared: str) -> dict[str, Struct]:
    structs: dict[str, Struct] = {}
    bodies: dict[str, str] = {}
    name = ""
    for line in declared.strip().splitlines():
        if line.startswith(" "):
            bodies[name] += f"{line};"
        else:
            name = line.strip()
            structs[name], bodies[name] = Struct(name), ""
    for name, body in bodies.items():
        for declaration in filter(None, map(str.strip, body.split(";"))):
            if declaration.startswith("@"):  # embedded: its fields are the outer struct's
                structs[name].fields.update(structs[declaration[1:]].fields)
                continue
            key, kind = declaration.split(" ")
            structs[name].fields[key] = _type(kind, structs)
    return structs


def _type(text: str, structs: Mapping[str, Struct]) -> GoType:
    if text.startswith("[]"):
        return List(_type(text[2:], structs))
    if text.startswith("map[string]"):
        return Map(_type(text.removeprefix("map[string]"), structs))
    if text.startswith("="):
        return Plain(f"v1.{text[1:]}", "string")
    return _BUILT_IN.get(text) or structs[text]


POD_SPEC = _parse(_DECLARED)["PodSpec"]
